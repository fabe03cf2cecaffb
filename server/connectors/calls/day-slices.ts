import { dayOfDate, instantOf, localDay, zoneOf } from '../../schedule/local-time.ts';
import type { ListRequest, SourceItem } from '../connector.ts';

const dayMs = 86_400_000;

/** A day on the wall clock of a zone, as the item that a call API's calls of that day are. */
export interface DaySlice {
  /** `2026-11-20`; keys sort as days do. */
  key: string;
  start: Date;
  /** Not in it. */
  end: Date;
}

export interface SliceSettings {
  timezone: string;
  /** Where nothing was read yet: today and so many days before it. */
  lookbackDays: number;
  /** How long after its end a day may still get calls, or other facts about them. */
  settleHours: number;
}

/** The day of that key. Throws `invalid` for an unknown zone. */
export function daySlice(key: string, timezone: string): DaySlice {
  const zone = zoneOf(timezone);
  const day = dayOfDate(key);
  return { key, start: instantOf(day, 0, zone), end: instantOf(day + 1, 0, zone) };
}

/**
 * The days to list, oldest first, today's included: those that overlap the range of a backfill; else from where the
 * ledger stands; else the last `lookbackDays`. What the ledger knows as read may have been read while it was open, so it
 * goes back by as many days as can have been open then: those are read again until they are settled.
 */
export function slicesToList(request: ListRequest, settings: SliceSettings, now: Date): DaySlice[] {
  const zone = zoneOf(settings.timezone);
  const today = localDay(now, zone);
  const { range } = request;
  const first = range ? localDay(range.from, zone) : firstDay(request, settings, today);
  const last = range ? Math.min(today, localDay(new Date(range.to.getTime() - 1), zone)) : today;
  const days = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  return days.map((day) => daySlice(dateOf(day), settings.timezone));
}

function firstDay({ newestDone, oldestFailed }: ListRequest, settings: SliceSettings, today: number): number {
  const openDays = Math.ceil(settings.settleHours / 24) + 1;
  const goingOn = newestDone === undefined ? today - settings.lookbackDays : dayOfDate(newestDone) - openDays;
  return Math.min(goingOn, oldestFailed === undefined ? goingOn : dayOfDate(oldestFailed), today);
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** An open day is another version at each listing, so that each run reads it again; a settled one is read once more. */
export function itemOf({ key, end }: DaySlice, { settleHours }: SliceSettings, now: Date): SourceItem {
  const isSettled = end.getTime() + settleHours * 3_600_000 <= now.getTime();
  return { key, version: isSettled ? 'closed' : `open-${now.toISOString()}`, size: undefined, readiness: 'ready' };
}
