import { Semaphore } from '../../semaphore.ts';

/** Recordings that one thread measures at once: while one waits for its storage, others keep the thread busy. */
const recordingsAtOnce = 3;
/** Claimed beyond them: each takes so long that there is time enough to claim the next. */
const recordingsAhead = 1;
/** What has a transcript alone spends its time waiting for the database; while some are settled, others are loaded. */
const transcriptsAtOnce = 64;
const rememberedMs = 2_000;

/**
 * How many interactions one thread analyses at once: few while there are recordings among them, since pieces that are held
 * but wait are missing elsewhere, where a thread may be free.
 */
export class AnalysisConcurrency {
  readonly #permits = new Semaphore(recordingsAtOnce);
  readonly #now: () => number;
  #measuring = 0;
  #endedAtMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get most(): number {
    return this.#isMeasuring ? recordingsAtOnce : transcriptsAtOnce;
  }

  /** Pieces to claim beyond those. Undefined: as many as is usual. */
  get ahead(): number | undefined {
    return this.#isMeasuring ? recordingsAhead : undefined;
  }

  get #isMeasuring(): boolean {
    return this.#measuring > 0 || this.#now() - this.#endedAtMs < rememberedMs;
  }

  /** To measure a recording; to be released after that. Undefined: too many were begun before it was known what they have. */
  tryMeasure(): (() => void) | undefined {
    const release = this.#permits.tryAcquire();
    if (!release) return undefined;
    this.#measuring += 1;
    return () => {
      release();
      this.#measuring -= 1;
      this.#endedAtMs = this.#now();
    };
  }
}
