import type { StopSignal } from './stop-signal.ts';

/** They are for tools that show lag, which look every few seconds. */
const commitEveryMs = 500;

/** Says to the group where its partitions are, one request after the other, each with all that has come up since. */
export class OffsetCommitter {
  readonly #commit: (offsets: Map<number, number>) => Promise<void>;
  readonly #stopSignal: StopSignal;
  #waiting = new Map<number, number>();
  #running: Promise<void> | undefined;

  /** `commit` never throws. When it is stopped, what waits is committed at once. */
  constructor(commit: (offsets: Map<number, number>) => Promise<void>, stopSignal: StopSignal) {
    this.#commit = commit;
    this.#stopSignal = stopSignal;
  }

  add(partition: number, offset: number): void {
    this.#waiting.set(partition, offset);
    this.#running ??= this.#run();
  }

  /** Resolves when all is committed. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      const offsets = this.#waiting;
      this.#waiting = new Map();
      await this.#commit(offsets);
      await this.#stopSignal.wait(commitEveryMs);
    }
    this.#running = undefined;
  }
}
