import { Turns } from '../connectors/turns.ts';

/** Recordings that one thread measures at once. */
const heardAtOnce = 4;
/** While there are recordings: held pieces that wait for their turn are missing elsewhere, where there may be one free. */
const heldWithRecordings = 8;
/** What has a transcript alone spends its time waiting for the database; while some are settled, others are loaded. */
const heldWithoutRecordings = 64;
const rememberedMs = 2_000;

/** Who may measure a recording now, and how many interactions are worth holding at once by that. */
export class HearingTurns {
  readonly #turns = new Turns(heardAtOnce);
  readonly #now: () => number;
  #underWay = 0;
  #endedAtMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get concurrency(): number {
    const isHearing = this.#underWay > 0 || this.#now() - this.#endedAtMs < rememberedMs;
    return isHearing ? heldWithRecordings : heldWithoutRecordings;
  }

  /** Whether another recording would get its turn soon; else it is better left to others. */
  get hasRoom(): boolean {
    return this.#underWay < heldWithRecordings;
  }

  /** Runs it when it is its turn. Throws the signal's reason where it was aborted by then. */
  async within<T>(listen: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#underWay += 1;
    const endTurn = await this.#turns.take();
    try {
      signal.throwIfAborted();
      return await listen();
    } finally {
      endTurn();
      this.#underWay -= 1;
      this.#endedAtMs = this.#now();
    }
  }
}
