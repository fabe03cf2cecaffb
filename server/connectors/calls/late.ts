import { daySlice } from './day-slices.ts';

/** How long after a call's day its recording may still come; a day does not say more exactly when the call was. */
const lateHours = 24;

/** Whether a recording of a call of that day (`2026-11-20`) may still come. */
export function isStillToCome(day: string, timezone: string, now = Date.now()): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return true;
  return now < daySlice(day, timezone).end.getTime() + lateHours * 3_600_000;
}
