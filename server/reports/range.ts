import { DateTime } from 'luxon';
import { AppError } from '../../shared/error.ts';
import type { DateRange } from '../../shared/report.ts';

/** From `from` on and before `to`. */
export interface Period {
  from: Date;
  to: Date;
}

type NamedRange = Extract<DateRange, string>;

/** Whole days of the zone: the first one, and the one after the last. */
const days: Record<NamedRange, (today: DateTime) => [DateTime, DateTime]> = {
  today: (today) => [today, today.plus({ days: 1 })],
  yesterday: (today) => [today.minus({ days: 1 }), today],
  // Today counts as well as the days before it, so that reports which follow each other leave no hour out.
  last_7_days: (today) => [today.minus({ days: 7 }), today.plus({ days: 1 })],
  last_30_days: (today) => [today.minus({ days: 30 }), today.plus({ days: 1 })],
  this_month: (today) => [today.startOf('month'), today.startOf('month').plus({ months: 1 })],
  last_month: (today) => [today.startOf('month').minus({ months: 1 }), today.startOf('month')],
};

/**
 * The instants that a report's date range means in an account's zone. `last_7_days` and `last_30_days` are so many whole
 * days and today so far; `{from, to}` includes both days. Days begin at the zone's midnight, or at the first moment of the
 * day where clocks skip midnight. Throws `invalid` for a range that ends before it begins or a day that does not exist.
 */
export function periodOf(range: DateRange, zone: string, now: Date): Period {
  const [from, to] = typeof range === 'string' ? named(range, zone, now) : between(range, zone);
  return { from: beginningOf(from), to: beginningOf(to) };
}

function named(range: NamedRange, zone: string, now: Date): [DateTime, DateTime] {
  return days[range](DateTime.fromJSDate(now, { zone }).startOf('day'));
}

function between(range: { from: string; to: string }, zone: string): [DateTime, DateTime] {
  const from = dayOf(range.from, 'date_range.from', zone);
  const to = dayOf(range.to, 'date_range.to', zone);
  if (to < from)
    throw new AppError('invalid', `The report's dates end (${range.to}) before they begin (${range.from}).`, {
      field: 'date_range.to',
    });
  return [from, to.plus({ days: 1 })];
}

/** One day of a zone (YYYY-MM-DD). Throws `invalid` at `field` for a day that does not exist. */
export function dayPeriod(text: string, zone: string, field: string): Period {
  const day = dayOf(text, field, zone);
  return { from: beginningOf(day), to: beginningOf(day.plus({ days: 1 })) };
}

/** The first moment of a day. Where clocks go back over midnight, it comes twice and `startOf` gives the second one. */
function beginningOf(day: DateTime): Date {
  const start = day.startOf('day');
  const offsetBefore = start.minus({ hours: 24 }).offset;
  const earlier = DateTime.fromMillis(start.toMillis() + (start.offset - offsetBefore) * 60_000, { zone: start.zone });
  return (earlier < start && earlier.hasSame(start, 'day') ? earlier : start).toJSDate();
}

function dayOf(text: string, field: string, zone: string): DateTime {
  const day = DateTime.fromISO(text, { zone }).startOf('day');
  if (day.isValid) return day;
  throw new AppError('invalid', `"${text}" is no day of the calendar.`, { field });
}
