import type { IANAZone } from 'luxon';
import { type Schedule, weekdays } from '../../shared/job.ts';
import { dayOfDate, instantOf, localDay, zoneOf } from './local-time.ts';

/** The due times of one schedule, in order. What is costly to find out (zone, limits) is found out once. */
export interface DueTimes {
  /** The first due time later than `after`, or null when there is none any more. */
  next(after: Date): Date | null;
}

const minuteMs = 60_000;

/** Every calendar schedule is due again within this many days: two months' ends are at most 62 days apart. */
const longestGapDays = 62;

/** Where the grid of `every` begins when the schedule has no start date: local midnight of this date. */
const gridOrigin = '2000-01-01';

/**
 * The first due time strictly later than `after`.
 *
 * Times are of the schedule's zone, or the account's where it names none. A time that the clock skips is due when the
 * gap ends, one that it shows twice is due at the first. Day 29–31 in a shorter month is its last day. start_date and
 * end_date are both included, judged by the date on the schedule's wall clock. `every` N minutes counts elapsed time
 * from the start date's midnight (or that of 2000-01-01), so a clock change neither skips nor doubles one.
 */
export function nextDue(schedule: Schedule, accountZone: string, after: Date): Date | null {
  return dueTimesOf(schedule, accountZone).next(after);
}

export function dueTimesOf(schedule: Schedule, accountZone: string): DueTimes {
  const zone = zoneOf(schedule.timezone ?? accountZone);
  if (schedule.frequency === 'continuous') return { next: () => null };
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
  const end = Number.isFinite(last) ? instantOf(last + 1, 0, zone).getTime() : Number.POSITIVE_INFINITY;
  return {
    next(after) {
      const steps = Math.max(
        schedule.start_date ? 0 : Number.NEGATIVE_INFINITY,
        stepsUntil(after.getTime() - origin, stepMs),
      );
      const due = origin + steps * stepMs;
      return due < end ? new Date(due) : null;
    },
  };
}

/** The number of the first grid point later than `elapsedMs`. */
function stepsUntil(elapsedMs: number, stepMs: number): number {
  return Math.floor(elapsedMs / stepMs) + 1;
}

type CalendarSchedule = Exclude<Schedule, { frequency: 'every' | 'continuous' }>;

function calendarTimes(schedule: CalendarSchedule, zone: IANAZone): DueTimes {
  const { first, last } = dateLimits(schedule);
  const isDueOn = dayRule(schedule);
  const timeMs = timeOfDayMs(schedule.at);
  return {
    next(after) {
      // The day before too: a time inside a long gap is due on the next day.
      const from = Math.max(localDay(after, zone) - 1, first);
      const until = Math.min(from + longestGapDays + 1, last);
      for (let day = from; day <= until; day++) {
        if (!isDueOn(day)) continue;
        const due = instantOf(day, timeMs, zone);
        if (due > after) return due;
      }
      return null;
    },
  };
}

/** The first and the last day that may be due, both included. */
function dateLimits(schedule: Schedule): { first: number; last: number } {
  const start = schedule.start_date ? dayOfDate(schedule.start_date) : Number.NEGATIVE_INFINITY;
  const end = schedule.end_date === 'never' ? Number.POSITIVE_INFINITY : dayOfDate(schedule.end_date);
  if (schedule.frequency !== 'one_time') return { first: start, last: end };
  const only = dayOfDate(schedule.at.slice(0, 10));
  return { first: Math.max(only, start), last: Math.min(only, end) };
}

function dayRule(schedule: CalendarSchedule): (day: number) => boolean {
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

/** 0 is Monday; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function monthPlace(day: number): { dayOfMonth: number; daysInMonth: number } {
  const date = new Date(day * 24 * 60 * minuteMs);
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return { dayOfMonth: date.getUTCDate(), daysInMonth };
}

/** `02:30`, or the time of `2026-12-01T02:30:15`, in milliseconds since midnight. */
function timeOfDayMs(at: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = (at.split('T').at(-1) ?? at).split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
