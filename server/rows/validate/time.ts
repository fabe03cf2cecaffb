import { DateTime } from 'luxon';

const isoTime =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

const quarterHourMs = 15 * 60_000;
const maxOffsetsKept = 50_000;
/** What a DATETIME column holds. */
const earliestMs = Date.UTC(1000, 0, 1);
const latestMs = Date.UTC(10_000, 0, 1) - 1;

/** Reads ISO-8601 times of one account: a time without an offset is in the account's zone. */
export class TimeReader {
  readonly #zone: string;
  /** The zone's offset by quarter of an hour of local time; zones change their offset at no other moments today. */
  readonly #offsetsMs = new Map<number, number>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Milliseconds since 1970 in UTC, or undefined where the text is no time. */
  read(text: string): number | undefined {
    const match = isoTime.exec(text);
    if (!match) return undefined;
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
    const localMs = epochMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
    if (localMs === undefined) return undefined;
    const offsetMs = offset === undefined ? this.#zoneOffsetMs(localMs) : fixedOffsetMs(offset);
    if (offsetMs === undefined) return undefined;
    const ms = localMs + Number(fraction.slice(0, 3).padEnd(3, '0')) - offsetMs;
    return ms >= earliestMs && ms <= latestMs ? ms : undefined;
  }

  #zoneOffsetMs(localMs: number): number {
    const quarter = Math.floor(localMs / quarterHourMs);
    let offsetMs = this.#offsetsMs.get(quarter);
    if (offsetMs !== undefined) return offsetMs;
    const local = DateTime.fromMillis(quarter * quarterHourMs, { zone: 'utc' }).setZone(this.#zone, {
      keepLocalTime: true,
    });
    offsetMs = quarter * quarterHourMs - local.toMillis();
    if (this.#offsetsMs.size >= maxOffsetsKept) this.#offsetsMs.clear();
    this.#offsetsMs.set(quarter, offsetMs);
    return offsetMs;
  }
}

function epochMs(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const isRealDay = new Date(ms).getUTCDate() === day && month >= 1 && month <= 12;
  return isRealDay ? ms : undefined;
}

/** `Z`, `+05`, `+0530` or `+05:30`. */
function fixedOffsetMs(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 18 || (offset.length > 3 && minutes > 59)) return undefined;
  const ms = (hours * 60 + (offset.length > 3 ? minutes : 0)) * 60_000;
  return offset.startsWith('-') ? -ms : ms;
}
