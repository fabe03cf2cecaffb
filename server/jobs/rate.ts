import type { ExecutionAmounts } from '../../db/queries/execution-amounts.ts';

const windowMs = 10_000;
/** From less than this no rate is told: it would jump. */
const leastMs = 900;

/** How fast a run goes, over the last ten seconds. Null: not known yet, or nothing tells it. */
export interface Rate {
  rows_per_second: number | null;
  bytes_per_second: number | null;
  items_per_second: number | null;
  /** Whole seconds until everything that was listed is done; null where it is not known how much there is. */
  seconds_left: number | null;
}

interface Sample {
  atMs: number;
  rows: number;
  bytesRead: number;
  bytesDone: number;
  items: number;
}

const unknown: Rate = { rows_per_second: null, bytes_per_second: null, items_per_second: null, seconds_left: null };

/** Follows one run: given how far it is again and again, it says how fast it goes. */
export class RateMeter {
  #samples: Sample[] = [];

  /** `amounts.now` is the database's clock, so rates are right wherever they are computed. */
  add(amounts: ExecutionAmounts): Rate {
    const sample = sampleOf(amounts);
    const last = this.#samples.at(-1);
    // An item that is read again counts from its start; what was before says nothing then.
    if (last && goesBack(last, sample)) this.#samples = [];
    this.#samples = [...this.#samples.filter(({ atMs }) => sample.atMs - atMs <= windowMs), sample];
    const [first = sample] = this.#samples;
    const seconds = (sample.atMs - first.atMs) / 1000;
    if (seconds * 1000 < leastMs) return unknown;
    const perSecond = (name: 'rows' | 'bytesRead' | 'bytesDone' | 'items') => (sample[name] - first[name]) / seconds;
    return {
      rows_per_second: rounded(perSecond('rows')),
      bytes_per_second: rounded(Math.max(perSecond('bytesRead'), perSecond('bytesDone'))),
      items_per_second: rounded(perSecond('items')),
      seconds_left: secondsLeft(amounts, { came: perSecond('bytesRead'), done: perSecond('bytesDone') }),
    };
  }
}

function sampleOf({ now, rows, bytesRead, bytesDone, items }: ExecutionAmounts): Sample {
  const { done, failed, waiting } = items;
  return { atMs: now.getTime(), rows: rows.listed, bytesRead, bytesDone, items: done + failed + waiting };
}

function goesBack(last: Sample, now: Sample): boolean {
  return now.rows < last.rows || now.bytesRead < last.bytesRead || now.bytesDone < last.bytesDone;
}

/**
 * By the bytes that are done, not by those that came: a file is not stored when it is copied. While none are done because
 * a large file is still coming, how fast storing will go is not known; it is taken to go as fast as the file comes.
 */
function secondsLeft(
  { bytesRead, bytesDone, bytesExpected }: ExecutionAmounts,
  perSecond: { came: number; done: number },
): number | null {
  if (bytesExpected === null) return null;
  const toStore = Math.max(0, bytesExpected - bytesDone);
  if (toStore === 0) return 0;
  if (perSecond.done > 0) return Math.ceil(toStore / perSecond.done);
  const toCome = Math.max(0, bytesExpected - bytesRead);
  return perSecond.came > 0 ? Math.ceil((toCome + toStore) / perSecond.came) : null;
}

function rounded(value: number): number {
  return value >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}
