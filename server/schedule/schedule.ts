import type { IANAZone } from 'luxon';
import { type Schedule, weekdays } from '../../shared/job.ts';
import { monthPlace, weekdayOf } from './calendar.ts';
import { type CronTimes, parseCron } from './cron.ts';
import { dayOfDate, instantOf, localDay, zoneOf } from './local-time.ts';

/** The due times of one schedule, in order. What is costly to find out (zone, limits) is found out once. */
export interface DueTimes {
  /** The first due time later than `after`, or null when there is none any more. */
  next(after: Date): Date | null;
  /** The last due time that is not later than `until`, or null when there is none yet. */
  latest(until: Date): Date | null;
}

const minuteMs = 60_000;

/** Every calendar schedule is due again within this many days: a 29 February on one weekday may be 40 years away. */
const longestGapDays = 41 * 366;

/** Dates have four digits, in schedules and in the database. */
const lastDay = dayOfDate('9999-12-31');

/** Where the grid of `every` begins when the schedule has no start date: local midnight of this date. */
const gridOrigin = '2000-01-01';

/**
 * The first due time strictly later than `after`.
 *
 * Times are of the schedule's zone, or the account's where it names none. A time that the clock skips is due when the
 * gap ends, one that it shows twice is due at the first. Day 29–31 in a shorter month is its last day. start_date and
 * end_date are both included, judged by the date on the schedule's wall clock. `every` N minutes counts elapsed time
 * from the start date's midnight (or that of 2000-01-01), so a clock change neither skips nor doubles one. Throws
 * `invalid` for a zone or a cron expression that means nothing here.
 */
export function nextDue(schedule: Schedule, accountZone: string, after: Date): Date | null {
  return dueTimesOf(schedule, accountZone).next(after);
}

export function dueTimesOf(schedule: Schedule, accountZone: string): DueTimes {
  const zone = zoneOf(schedule.timezone ?? accountZone);
  if (schedule.frequency === 'continuous') return { next: () => null, latest: () => null };
  return schedule.frequency === 'every' ? gridTimes(schedule, zone) : calendarTimes(schedule, zone);
}

/** The next `count` due times, fewer where the schedule ends. */
export function* listDueTimes(schedule: Schedule, accountZone: string, after: Date, count: number): Generator<Date> {
  const times = dueTimesOf(schedule, accountZone);
  let due = times.next(after);
  for (let told = 0; due && told < count; told++) {
    yield due;
    due = times.next(due);
  }
}

function gridTimes(schedule: Extract<Schedule, { frequency: 'every' }>, zone: IANAZone): DueTimes {
  const stepMs = schedule.minutes * minuteMs;
  const origin = instantOf(dayOfDate(schedule.start_date ?? gridOrigin), 0, zone).getTime();
  const { last } = dateLimits(schedule);
  const end = instantOf(last + 1, 0, zone).getTime();
  const firstStep = schedule.start_date ? 0 : Number.NEGATIVE_INFINITY;
  /** The number of the last grid point that is not later. */
  const stepAt = (instantMs: number) => Math.floor((instantMs - origin) / stepMs);
  return {
    next(after) {
      const due = origin + Math.max(firstStep, stepAt(after.getTime()) + 1) * stepMs;
      return due < end ? new Date(due) : null;
    },
    latest(until) {
      const step = stepAt(Math.min(until.getTime(), end - 1));
      return step < firstStep ? null : new Date(origin + step * stepMs);
    },
  };
}

export type CalendarSchedule = Exclude<Schedule, { frequency: 'every' | 'continuous' }>;

function calendarTimes(schedule: CalendarSchedule, zone: IANAZone): DueTimes {
  const { first, last } = dateLimits(schedule);
  const { isDueOn, timesMs } = wallTimes(schedule);
  const instantsOn = rememberDays((day) => timesMs.map((timeMs) => instantOf(day, timeMs, zone)));
  return {
    next(after) {
      // The day before too: a time inside a long gap is due on the next day.
      const from = Math.max(localDay(after, zone) - 1, first);
      const until = Math.min(from + longestGapDays, last);
      for (let day = from; day <= until; day++) {
        if (!isDueOn(day)) continue;
        const instants = instantsOn(day);
        const due = instants[countUntil(instants, after)];
        if (due) return due;
      }
      return null;
    },
    latest(moment) {
      const from = Math.min(localDay(moment, zone) + 1, last);
      const until = Math.max(from - longestGapDays, first);
      for (let day = from; day >= until; day--) {
        if (!isDueOn(day)) continue;
        const instants = instantsOn(day);
        const due = instants[countUntil(instants, moment) - 1];
        if (due) return due;
      }
      return null;
    },
  };
}

const rememberedDays = 4;

/** A frequent schedule asks for the same days again and again. */
function rememberDays(instantsOf: (day: number) => Date[]): (day: number) => Date[] {
  const known = new Map<number, Date[]>();
  return (day) => {
    const before = known.get(day);
    if (before) return before;
    if (known.size === rememberedDays) known.clear();
    const instants = instantsOf(day);
    known.set(day, instants);
    return instants;
  };
}

/** How many of the ascending instants are not later than the moment. */
function countUntil(instants: Date[], moment: Date): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? moment) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A calendar schedule as days and the times of each of them, in milliseconds since midnight, ascending. */
export function wallTimes(schedule: CalendarSchedule): CronTimes {
  if (schedule.frequency === 'cron') return parseCron(schedule.expression);
  return { isDueOn: dayRule(schedule), timesMs: [timeOfDayMs(schedule.at)] };
}

/** The first and the last day that may be due, both included. */
function dateLimits(schedule: Schedule): { first: number; last: number } {
  const start = schedule.start_date ? dayOfDate(schedule.start_date) : Number.NEGATIVE_INFINITY;
  const end = schedule.end_date === 'never' ? lastDay : dayOfDate(schedule.end_date);
  if (schedule.frequency !== 'one_time') return { first: start, last: end };
  const only = dayOfDate(schedule.at.slice(0, 10));
  return { first: Math.max(only, start), last: Math.min(only, end) };
}

function dayRule(schedule: Exclude<CalendarSchedule, { frequency: 'cron' }>): (day: number) => boolean {
  switch (schedule.frequency) {
    case 'one_time':
    case 'daily':
      return () => true;
    case 'weekly': {
      const wanted = new Set(schedule.days.map((name) => weekdays.indexOf(name)));
      return (day) => wanted.has(weekdayOf(day));
    }
    case 'monthly': {
      const wanted = schedule.day === 'last' ? 31 : schedule.day;
      return (day) => {
        const { dayOfMonth, daysInMonth } = monthPlace(day);
        return dayOfMonth === Math.min(wanted, daysInMonth);
      };
    }
  }
}

/** `02:30`, or the time of `2026-12-01T02:30:15`, in milliseconds since midnight. */
function timeOfDayMs(at: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = (at.split('T').at(-1) ?? at).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
