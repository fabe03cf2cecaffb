import { CronExpressionParser } from 'cron-parser';
import { AppError } from '../../shared/error.ts';
import { monthPlace, weekdayOf } from './calendar.ts';

/** A cron expression as a set of wall-clock times: which days, and at which times of each of them. */
export interface CronTimes {
  /** `day` as in `localDay`. */
  isDueOn(day: number): boolean;
  /** Milliseconds since midnight, ascending. */
  timesMs: number[];
}

const macros: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

const fieldNames = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;
type FieldName = (typeof fieldNames)[number];

interface FieldRule {
  name: string;
  max: number;
  hasNames: boolean;
  /** In words, for whoever wrote something else. */
  values: string;
}

const rules: Record<FieldName, FieldRule> = {
  minute: { name: 'minute', max: 59, hasNames: false, values: '0 to 59' },
  hour: { name: 'hour', max: 23, hasNames: false, values: '0 to 23' },
  dayOfMonth: { name: 'day of the month', max: 31, hasNames: false, values: '1 to 31, and L for the last day' },
  month: { name: 'month', max: 12, hasNames: true, values: '1 to 12 or jan to dec' },
  dayOfWeek: { name: 'day of the week', max: 7, hasNames: true, values: '0 to 7 (Sunday is both) or sun to sat' },
};

const numberItem = /^(\*|\d+(-\d+)?)(\/(?<step>\d+))?$/;
const namedItem = /^(\*|(\d+|[A-Z]{3})(-(\d+|[A-Z]{3}))?)(\/(?<step>\d+))?$/;

/**
 * Five fields – minute, hour, day of the month, month, day of the week – with names, lists, ranges, steps and `L` for
 * the last day of the month, or a macro such as @daily. As in crontab(5), a day is due when either of its two fields
 * names it, unless one of them begins with `*`: then both must. Throws `invalid`, with what is wrong, also where no day
 * can ever come.
 */
export function parseCron(expression: string): CronTimes {
  const texts = fieldsOf(expression);
  const values = (name: FieldName) => valuesOf(name, texts[name]);
  const [minutes, hours, days, months, weekdays] = fieldNames.map(values) as [
    Value[],
    Value[],
    Value[],
    Value[],
    Value[],
  ];
  const isEither = !texts.dayOfMonth.startsWith('*') && !texts.dayOfWeek.startsWith('*');
  if (!isEither) requirePossible(texts, days, months);
  const [dueDays, dueMonths, dueWeekdays] = [new Set(days), new Set(months), new Set(weekdays.map(mondayFirst))];
  return {
    timesMs: numbersOf(hours).flatMap((hour) => numbersOf(minutes).map((minute) => (hour * 60 + minute) * 60_000)),
    isDueOn(day) {
      const { month, dayOfMonth, daysInMonth } = monthPlace(day);
      if (!dueMonths.has(month)) return false;
      const byDay = dueDays.has(dayOfMonth) || (dayOfMonth === daysInMonth && dueDays.has('L'));
      const byWeekday = dueWeekdays.has(weekdayOf(day));
      return isEither ? byDay || byWeekday : byDay && byWeekday;
    },
  };
}

type Value = number | string;

function fieldsOf(expression: string): Record<FieldName, string> {
  const text = expression.trim();
  const texts = (macros[text.toLowerCase()] ?? text).toUpperCase().split(/\s+/);
  if (text.startsWith('@') && texts.length === 1)
    throw wrong(`"${text}" is not one of ${Object.keys(macros).join(', ')}.`);
  if (texts.length !== fieldNames.length)
    throw wrong(
      `"${text}" has ${texts.length} field${texts.length === 1 ? '' : 's'}; five are needed: minute, hour, day of the month, month, day of the week. Seconds and years are not taken.`,
    );
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = texts;
  return { minute, hour, dayOfMonth, month, dayOfWeek };
}

function valuesOf(field: FieldName, text: string): Value[] {
  return [...new Set(text.split(',').flatMap((item) => itemValues(field, item)))];
}

/** The library reads one item of one field at a time, so that what is wrong can be said of it. */
function itemValues(field: FieldName, item: string): Value[] {
  if (field === 'dayOfMonth' && item === 'L') return ['L'];
  const { max, hasNames } = rules[field];
  const match = (hasNames ? namedItem : numberItem).exec(item);
  if (!match) throw unreadable(field, item);
  // The step begins anew with each hour, day or month: more than the field holds would not be what is meant.
  if (Number(match.groups?.step ?? 1) > max) throw unreadable(field, item);
  try {
    const alone = fieldNames.map((each) => (each === field ? item : '*')).join(' ');
    return [...CronExpressionParser.parse(alone).fields[field].values];
  } catch (error) {
    if (error instanceof Error) throw unreadable(field, item);
    throw error;
  }
}

function unreadable(field: FieldName, item: string): AppError {
  const { name, values } = rules[field];
  return wrong(
    `"${item.toLowerCase()}" cannot be the ${name}. It is ${values}; lists (1,15), ranges (1-5) and steps (*/10) of these.`,
  );
}

/** cron's week begins with Sunday as 0 or 7, `weekdayOf` with Monday as 0. */
function mondayFirst(value: Value): number {
  return (Number(value) + 6) % 7;
}

function numbersOf(values: Value[]): number[] {
  return values.map(Number).sort((a, b) => a - b);
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function requirePossible(texts: Record<FieldName, string>, days: Value[], months: Value[]): void {
  const isPossible = numbersOf(months).some((month) =>
    days.some((day) => day === 'L' || Number(day) <= (longestMonths[month - 1] ?? 0)),
  );
  if (!isPossible)
    throw wrong(`no such day ever comes: month ${texts.month.toLowerCase()} has no day ${texts.dayOfMonth}.`);
}

function wrong(message: string): AppError {
  return new AppError('invalid', `The cron expression: ${message}`, { field: 'schedule.expression' });
}
