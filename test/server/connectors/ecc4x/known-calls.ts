import { DateTime } from 'luxon';
import type { FixtureCall } from '../calls-fixture.ts';

export const zone = 'Asia/Kolkata';
export const campaignId = '110';

/** The calls that a local ECC knows; those that were given as a number are computed, none of them is kept. */
export class KnownCalls {
  readonly #own = new Map<string, FixtureCall>();
  #bulk = 0;
  /** When they began; it stays although midnight passes. */
  #bulkAt = yesterday();

  add(calls: number | FixtureCall[]): void {
    if (typeof calls === 'number') {
      this.#bulk = calls;
      this.#bulkAt = yesterday();
    } else for (const call of calls) this.#own.set(call.id, call);
  }

  clear(): void {
    this.#own.clear();
    this.#bulk = 0;
  }

  get(id: string): FixtureCall | undefined {
    return this.#own.get(id) ?? (id.startsWith('bulk-') ? { id, startedAt: this.#bulkAt } : undefined);
  }

  get bulk(): number {
    return this.#bulk;
  }

  /** Those that have ended and began within these moments, the second not included. */
  between(from: Date, to: Date): { length: number; slice(first: number, end: number): FixtureCall[] } {
    const own = [...this.#own.values()].filter(
      ({ isLive, startedAt }) => !isLive && startedAt >= from && startedAt < to,
    );
    const bulk = from <= this.#bulkAt && this.#bulkAt < to ? this.#bulk : 0;
    return {
      length: bulk + own.length,
      slice: (first, end) =>
        Array.from({ length: Math.max(0, Math.min(end, bulk + own.length) - first) }, (_, i) =>
          first + i < bulk ? bulkCall(first + i, this.#bulkAt) : own[first + i - bulk],
        ).filter((call) => call !== undefined),
    };
  }
}

export function yesterday(): Date {
  return DateTime.now().setZone(zone).startOf('day').minus({ days: 1 }).plus({ hours: 3 }).toJSDate();
}

function bulkCall(index: number, startedAt: Date): FixtureCall {
  return { id: `bulk-${String(index).padStart(6, '0')}`, startedAt };
}

export function legOf(id: string): string {
  return `${id}-vcall-1`;
}

export function wallClock(instant: Date): string {
  return DateTime.fromJSDate(instant, { zone }).toFormat('yyyy-MM-dd HH:mm:ss');
}
