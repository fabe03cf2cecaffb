import type { KeptDay } from '../../../db/queries/overview-days.ts';
import type { CalendarDay } from './calendar.ts';

/** What was written by a transaction that is still open comes later than its time says. */
export const settleMs = 30_000;
/** As old as that the kept counts may be. */
const staleMs = 60_000;
/** Those of today sooner: what came since is counted at each look, and much may come in a minute. */
const todayStaleMs = 10_000;
/** What came in a longer time since the last count is being counted, and is not counted at each look as well. */
const longestTailMs = 5 * staleMs;

/** Whether what was kept of a day has to be counted again. */
export function isStale(day: CalendarDay, kept: KeptDay | undefined, now: Date): boolean {
  if (!kept) return true;
  if (day.to > now) return now.getTime() - kept.countedUntil.getTime() > settleMs + todayStaleMs;
  if (!isWhole(day, kept)) return true;
  return !kept.isFinal && now.getTime() - kept.countedAt.getTime() > staleMs;
}

/** What was kept of a day while it lasted ends before it, and in another zone a day from the same midnight may end later. */
export function isWhole(day: CalendarDay, kept: KeptDay): boolean {
  return kept.countedUntil.getTime() === day.to.getTime();
}

/** Whether all of it can be told before it is counted again: of today that is so while little came since. */
export function isTold(day: CalendarDay, kept: KeptDay | undefined, now: Date): boolean {
  return day.to > now && kept !== undefined && now.getTime() - kept.countedUntil.getTime() <= longestTailMs;
}
