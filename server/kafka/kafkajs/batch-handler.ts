import { backoffMs } from '../../backoff.ts';
import type { EventBatch } from '../cluster.ts';
import type { StopSignal } from './stop-signal.ts';

export interface BatchHandlerSettings {
  take(batch: EventBatch): Promise<number>;
  atOnce: number;
  stopSignal: StopSignal;
  failed(error: unknown): void;
}

const firstRetryMs = 200;
const mostRetryMs = 10_000;

/** Hands batches over, at most so many at once, each as often as it takes. Nothing begins after the end. */
export class BatchHandler {
  readonly #settings: BatchHandlerSettings;
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #busy = 0;

  constructor(settings: BatchHandlerSettings) {
    this.#settings = settings;
    settings.stopSignal.signal.addEventListener('abort', () => this.#wakeAll(), { once: true });
  }

  /** Where the partition goes on; undefined where it ended before the batch was taken. */
  async take(batch: EventBatch): Promise<number | undefined> {
    const taken = this.#takeInTurn(batch);
    this.#running.add(taken);
    try {
      return await taken;
    } finally {
      this.#running.delete(taken);
    }
  }

  /** Resolves when nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #takeInTurn(batch: EventBatch): Promise<number | undefined> {
    while (this.#busy >= this.#settings.atOnce && !this.#settings.stopSignal.isStopped) await this.#turn();
    if (this.#settings.stopSignal.isStopped) return undefined;
    this.#busy++;
    try {
      return await this.#takeUntilDone(batch);
    } finally {
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }

  async #takeUntilDone(batch: EventBatch): Promise<number | undefined> {
    const { take, stopSignal, failed } = this.#settings;
    for (let failures = 0; !stopSignal.isStopped; failures++) {
      try {
        return await take(batch);
      } catch (error) {
        failed(error);
        await stopSignal.wait(backoffMs(failures, firstRetryMs, mostRetryMs));
      }
    }
    return undefined;
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
