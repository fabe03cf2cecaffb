import type { WallClock } from '../calls/wall-clock.ts';

/**
 * How many milliseconds one unit of an epoch number is, by its size: below 10^11 they are seconds (until the year 5138),
 * below 10^14 milliseconds, below 10^17 microseconds, else nanoseconds. What would be before 1973 is no such number.
 */
const units = [
  { below: 1e11, unitMs: 1000 },
  { below: 1e14, unitMs: 1 },
  { below: 1e17, unitMs: 1e-3 },
  { below: 1e20, unitMs: 1e-6 },
];
const leastCount = 1e8;
const epochNumber = /^(?:\d{9,}(?:\.\d+)?|\d+(?:\.\d+)?[eE]\+?\d+)$/;

/**
 * A time as ISO 8601 in UTC, or with its zone's offset where it names none. Numbers, and texts of 9 digits and more or with an
 * exponent, count since 1970; `20261120103000` is a wall clock's. Undefined for 0, which stands for "not set"; what is no time is given
 * back as it is, and the row is rejected for it.
 */
export function timeText(value: string | number, clock: WallClock): string | undefined {
  const text = String(value).trim();
  if (/^0+(\.0+)?$/.test(text)) return undefined;
  const wall = /^(20\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (wall) {
    const [, year, month, day, hour, minute, second] = wall;
    return clock.withOffset(`${year}-${month}-${day} ${hour}:${minute}:${second}`) ?? text;
  }
  if (typeof value === 'number' || epochNumber.test(text)) return epochText(Number(text)) ?? text;
  return clock.withOffset(text) ?? text;
}

function epochText(count: number): string | undefined {
  const unitMs = units.find(({ below }) => count < below)?.unitMs;
  if (unitMs === undefined || count < leastCount) return undefined;
  return new Date(Math.round(count * unitMs)).toISOString();
}
