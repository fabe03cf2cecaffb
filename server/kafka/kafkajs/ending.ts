import { setTimeout as delay } from 'node:timers/promises';

/** The end of something that several loops work at: the first reason counts. */
export class Ending {
  readonly #controller = new AbortController();
  #failure: unknown;

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws what it failed with, if it did. */
  requireSuccess(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  end(): void {
    this.#controller.abort();
  }

  fail(error: unknown): void {
    if (this.isOver) return;
    this.#failure = error;
    this.end();
  }

  /** Waits, or returns early when it is over. */
  async wait(timeMs: number): Promise<void> {
    try {
      await delay(timeMs, undefined, { signal: this.signal });
    } catch (error) {
      if (!this.isOver) throw error;
    }
  }
}

/** Twice as long each time. */
export function backoffMs(failures: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** Math.min(failures, 20));
}
