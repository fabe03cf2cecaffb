import { DateTime } from 'luxon';

const naive = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2}(?:\.\d{1,6})?)?$/;
const minutesKept = 5000;

/** Reads times that name no zone, and are in one. */
export class WallClock {
  readonly #zone: string;
  /** By minute: calls come in order of time, so most minutes are asked for many times. */
  readonly #offsets = new Map<string, string>();

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** `2026-11-20 10:00:00` as `2026-11-20T10:00:00+05:30`; undefined for what is no such time. */
  withOffset(text: string): string | undefined {
    const [, date, minute, seconds = ':00'] = naive.exec(text.trim()) ?? [];
    if (date === undefined || minute === undefined) return undefined;
    const offset = this.#offsetAt(`${date}T${minute}`);
    return offset === undefined ? undefined : `${date}T${minute}${seconds}${offset}`;
  }

  /** The zone's wall clock at an instant, as `2026-11-20 10:00:00`. */
  textOf(instant: Date): string {
    return DateTime.fromJSDate(instant, { zone: this.#zone }).toFormat('yyyy-MM-dd HH:mm:ss');
  }

  #offsetAt(minute: string): string | undefined {
    const known = this.#offsets.get(minute);
    if (known !== undefined) return known;
    const time = DateTime.fromISO(minute, { zone: this.#zone });
    if (!time.isValid) return undefined;
    if (this.#offsets.size >= minutesKept) this.#offsets.clear();
    const offset = time.toFormat('ZZ');
    this.#offsets.set(minute, offset);
    return offset;
  }
}
