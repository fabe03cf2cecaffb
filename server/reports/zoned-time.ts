import { IANAZone } from 'luxon';

/** No zone changes its offset between two quarters of an hour. */
const quarterMs = 15 * 60_000;
const minuteMs = 60_000;
const minuteCacheSize = 1_000;
const cacheSize = 20_000;

/**
 * Writes instants as ISO 8601 with the zone's offset (`2026-11-03T14:45:00+05:30`); milliseconds only where there are
 * some. Offsets are remembered, because asking for one costs far more than writing the text.
 */
export function zonedTime(zoneName: string): (at: Date) => string {
  const offsetAt = zoneOffset(zoneName);
  // Rows that follow each other share most of their minutes.
  const minutes = new Map<number, { beginning: string; end: string }>();
  const minuteOf = (minute: number) => {
    const known = minutes.get(minute);
    if (known) return known;
    if (minutes.size === minuteCacheSize) minutes.clear();
    // Of old times it has seconds, which ISO 8601 has no place for.
    const offset = Math.round(offsetAt(minute * minuteMs));
    const beginning = new Date((minute + offset) * minuteMs).toISOString().slice(0, -7);
    const added = { beginning, end: offsetText(offset) };
    minutes.set(minute, added);
    return added;
  };
  return (at) => {
    const ms = at.getTime();
    const minute = Math.floor(ms / minuteMs);
    const { beginning, end } = minuteOf(minute);
    return beginning + secondsText(ms - minute * minuteMs) + end;
  };
}

/** Milliseconds since 1970 as the zone's clocks show them. */
export function zoneClock(zoneName: string): (at: Date) => number {
  const offsetAt = zoneOffset(zoneName);
  return (at) => Math.round(at.getTime() + offsetAt(at.getTime()) * minuteMs);
}

/** Minutes by which the zone's clocks are ahead of UTC at an instant; of old times with a fraction. */
function zoneOffset(zoneName: string): (ms: number) => number {
  const zone = IANAZone.create(zoneName);
  const offsets = new Map<number, number>();
  return (ms) => {
    const quarter = Math.floor(ms / quarterMs);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    if (offsets.size === cacheSize) offsets.clear();
    const offset = zone.offset(ms);
    offsets.set(quarter, offset);
    return offset;
  };
}

function offsetText(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

function secondsText(ms: number): string {
  const seconds = two(Math.trunc(ms / 1000));
  return ms % 1000 === 0 ? seconds : `${seconds}.${String(ms % 1000).padStart(3, '0')}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
