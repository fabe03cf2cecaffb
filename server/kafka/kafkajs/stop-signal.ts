import { setTimeout as delay } from 'node:timers/promises';

/** Stops several loops that work at the same thing: the first reason counts. */
export class StopSignal {
  readonly #controller = new AbortController();
  #failure: unknown;

  get isStopped(): boolean {
    return this.#controller.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Throws what it failed with, if it did. */
  requireSuccess(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  stop(): void {
    this.#controller.abort();
  }

  fail(error: unknown): void {
    if (this.isStopped) return;
    this.#failure = error;
    this.stop();
  }

  /** Waits, or returns early when it is stopped. */
  async wait(timeMs: number): Promise<void> {
    try {
      await delay(timeMs, undefined, { signal: this.signal });
    } catch (error) {
      if (!this.isStopped) throw error;
    }
  }
}
