import type { Span } from '../../../db/queries/overview-days.ts';
import { dateOfDay, instantOf, localDay, zoneOf } from '../../schedule/local-time.ts';

const daysShown = 14;

/** Whose days: by the account's zone. */
export interface DaysOf {
  accountId: number;
  timezone: string;
}

/** A day of the account's calendar. */
export interface CalendarDay extends Span {
  /** YYYY-MM-DD. */
  date: string;
}

/**
 * The last days, today last. By the same midnights as the history's filter, also where the clock skips midnight or shows
 * it twice.
 */
export function calendarOf(timezone: string, now: Date): CalendarDay[] {
  const zone = zoneOf(timezone);
  const today = localDay(now, zone);
  return Array.from({ length: daysShown }, (_, index) => {
    const day = today - (daysShown - 1 - index);
    return { date: dateOfDay(day), from: instantOf(day, 0, zone), to: instantOf(day + 1, 0, zone) };
  });
}
