import { backoffMs } from '../../backoff.ts';
import type { Log } from '../../log.ts';
import { endsWithin, wait } from '../../wait.ts';

export interface Stoppable {
  stop(): Promise<void>;
}

export interface ReconnectingSettings {
  log: Log;
  /** For the log: what is opened. */
  what: string;
  firstPauseMs?: number;
}

const longestPauseMs = 30_000;
const stopMs = 3_000;

/**
 * Something far away that is wanted for as long as the program runs: opened in the background, and opened again after it
 * failed, ever more seldom. Nobody waits for it.
 */
export class Reconnecting<T extends Stoppable> {
  readonly #open: () => Promise<T>;
  readonly #settings: ReconnectingSettings;
  readonly #stopping = new AbortController();
  readonly #keeping: Promise<void>;
  #current: T | undefined;
  #ended: (error: unknown) => void = () => undefined;

  constructor(open: () => Promise<T>, settings: ReconnectingSettings) {
    this.#open = open;
    this.#settings = settings;
    this.#keeping = this.#keep();
  }

  /** Undefined while there is none. */
  get current(): T | undefined {
    return this.#current;
  }

  /** It has failed: it is given up and opened again. */
  fail(error: unknown): void {
    this.#ended(error);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#ended(undefined);
    await endsWithin(this.#keeping, stopMs);
  }

  async #keep(): Promise<void> {
    const { log, what, firstPauseMs = 500 } = this.#settings;
    for (let failures = 0; !this.#isStopping(); ) {
      const startedMs = performance.now();
      try {
        await this.#once(() => {
          if (failures > 0) log.info({ what }, 'reached again');
        });
      } catch (error) {
        failures = performance.now() - startedMs > 2 * longestPauseMs ? 1 : failures + 1;
        if (failures === 1)
          log.warn({ err: error, what }, 'not reached, so work is found by looking for it; tried again');
      }
      await wait(backoffMs(Math.max(0, failures - 1), firstPauseMs, longestPauseMs), this.#stopping.signal);
    }
  }

  async #once(opened: () => void): Promise<void> {
    const current = await this.#open();
    const failed = new Promise<unknown>((resolve) => {
      this.#ended = resolve;
    });
    try {
      if (this.#isStopping()) return;
      this.#current = current;
      opened();
      const error = await failed;
      if (error !== undefined) throw error;
    } finally {
      this.#current = undefined;
      // What hangs may hang in its end, too.
      await endsWithin(current.stop(), stopMs);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
