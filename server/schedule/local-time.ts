import { IANAZone } from 'luxon';
import { AppError } from '../../shared/error.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** No zone is further from UTC than this; a local time's instant lies within it on either side. */
const widestOffsetMs = 15 * hourMs;

/** A zone's distance from UTC at an instant, in milliseconds east. */
function offsetMs(zone: IANAZone, instantMs: number): number {
  return zone.offset(instantMs) * 60_000;
}

/** Days since 1970-01-01 on the zone's own calendar. */
export function localDay(instant: Date, zone: IANAZone): number {
  return Math.floor((instant.getTime() + offsetMs(zone, instant.getTime())) / dayMs);
}

/** `2026-12-01` as days since 1970-01-01. */
export function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

/** Days since 1970-01-01 as `2026-12-01`. */
export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/**
 * The instant of a time on the zone's wall clock: `day` as in `localDay`, `timeMs` since that day's 00:00. A time that
 * the clock shows twice means the first; a time that it skips means the instant at which the gap ends.
 */
export function instantOf(day: number, timeMs: number, zone: IANAZone): Date {
  const wallMs = day * dayMs + timeMs;
  const before = offsetMs(zone, wallMs - widestOffsetMs);
  const after = offsetMs(zone, wallMs + widestOffsetMs);
  const candidates = [wallMs - before, wallMs - after].filter(
    (instant) => instant + offsetMs(zone, instant) === wallMs,
  );
  if (candidates.length > 0) return new Date(Math.min(...candidates));
  return new Date(firstChange(zone, wallMs - Math.max(before, after), wallMs - Math.min(before, after)));
}

/** The first instant after `low` with another offset, at or before `high`. */
function firstChange(zone: IANAZone, low: number, high: number): number {
  const offset = zone.offset(low);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offset(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Throws `invalid` where this machine knows no such zone: a wrong one must not look like a schedule that has ended. */
export function zoneOf(name: string): IANAZone {
  const zone = IANAZone.create(name);
  if (zone.isValid) return zone;
  throw new AppError('invalid', `"${name}" is not a time zone that is known here. Use one such as Asia/Kolkata.`, {
    field: 'schedule.timezone',
  });
}
