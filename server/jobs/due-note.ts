import type { IANAZone } from 'luxon';
import type { Schedule } from '../../shared/job.ts';
import { monthPlace } from '../schedule/calendar.ts';
import { instantOf, localDay, zoneOf } from '../schedule/local-time.ts';
import { type CalendarSchedule, wallTimes } from '../schedule/schedule.ts';

const dayMs = 24 * 3_600_000;
/** Far enough behind a clock change to be after it, and nearer than any other. */
const behindMs = 30 * 3_600_000;

/** A time on a zone's wall clock: `day` as in `localDay`, `timeMs` since that day's 00:00. */
interface WallTime {
  day: number;
  timeMs: number;
}

/**
 * What is unusual about a due time of the schedule, in sentences: the clocks skip what was asked for, or show it twice,
 * or the month is too short for the day. Null for a due time like any other.
 */
export function noteOfDue(schedule: Schedule, accountZone: string, due: Date): string | null {
  if (schedule.frequency === 'every' || schedule.frequency === 'continuous') return null;
  const zone = zoneOf(schedule.timezone ?? accountZone);
  const shown = wallTimeAt(due, zone);
  const asked = askedFor(schedule, zone, due, shown);
  const [first = shown] = asked;
  const notes = [shortMonth(schedule, first.day), skipped(asked, shown), repeated(shown, due, zone)];
  return notes.filter((note) => note !== undefined).join(' ') || null;
}

function wallTimeAt(instant: Date, zone: IANAZone): WallTime {
  const day = localDay(instant, zone);
  const wallMs = instant.getTime() + zone.offset(instant.getTime()) * 60_000;
  return { day, timeMs: wallMs - day * dayMs };
}

/** The schedule's own wall times that this instant stands for: itself, or those in the gap that ends with it. */
function askedFor(schedule: CalendarSchedule, zone: IANAZone, due: Date, shown: WallTime): WallTime[] {
  const { isDueOn, timesMs } = wallTimes(schedule);
  if (isDueOn(shown.day) && timesMs.includes(shown.timeMs)) return [shown];
  return [shown.day - 1, shown.day]
    .filter(isDueOn)
    .flatMap((day) => timesMs.map((timeMs) => ({ day, timeMs })))
    .filter(({ day, timeMs }) => instantOf(day, timeMs, zone).getTime() === due.getTime());
}

function shortMonth(schedule: CalendarSchedule, day: number): string | undefined {
  if (schedule.frequency !== 'monthly' || schedule.day === 'last') return undefined;
  const { dayOfMonth, daysInMonth } = monthPlace(day);
  if (dayOfMonth === schedule.day) return undefined;
  const month = new Date(day * dayMs).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
  return `${month} has ${daysInMonth} days, so it runs on the last.`;
}

function skipped(asked: WallTime[], shown: WallTime): string | undefined {
  const [first] = asked;
  const last = asked.at(-1);
  if (!first || !last || isSame(first, shown)) return undefined;
  const times = isSame(first, last) ? clock(first) : `${clock(first)} to ${clock(last)}`;
  return `The clocks skip ${times} that day, so it runs when they go on, at ${clock(shown)}.`;
}

function repeated(shown: WallTime, due: Date, zone: IANAZone): string | undefined {
  const wallMs = shown.day * dayMs + shown.timeMs;
  const laterOffsetMs = zone.offset(due.getTime() + behindMs) * 60_000;
  const second = wallMs - laterOffsetMs;
  const isTwice = second > due.getTime() && zone.offset(second) * 60_000 === laterOffsetMs;
  return isTwice ? `The clocks show ${clock(shown)} twice that day; it runs once, at the first.` : undefined;
}

function isSame(one: WallTime, other: WallTime): boolean {
  return one.day === other.day && one.timeMs === other.timeMs;
}

/** `02:30`, with seconds where there are any. */
function clock({ timeMs }: WallTime): string {
  const text = new Date(timeMs).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}
