import { wait } from '../../wait.ts';

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
    await wait(timeMs, this.signal);
  }
}
