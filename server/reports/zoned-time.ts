import { IANAZone } from 'luxon';

/** No zone changes its offset between two quarters of an hour. */
const quarterMs = 15 * 60_000;
const cacheSize = 20_000;

/**
 * Writes instants as ISO 8601 with the zone's offset (`2026-11-03T14:45:00+05:30`); milliseconds only where there are
 * some. Offsets are remembered, because asking for one costs far more than writing the text.
 */
export function zonedTime(zoneName: string): (at: Date) => string {
  const zone = IANAZone.create(zoneName);
  const offsets = new Map<number, number>();
  const offsetAt = (ms: number): number => {
    const quarter = Math.floor(ms / quarterMs);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    if (offsets.size === cacheSize) offsets.clear();
    const offset = zone.offset(ms);
    offsets.set(quarter, offset);
    return offset;
  };
  return (at) => format(at.getTime(), offsetAt(at.getTime()));
}

function format(ms: number, offsetMinutes: number): string {
  const local = new Date(ms + offsetMinutes * 60_000).toISOString();
  const time = local.endsWith('.000Z') ? local.slice(0, -5) : local.slice(0, -1);
  const minutes = Math.abs(offsetMinutes);
  return `${time}${offsetMinutes < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
