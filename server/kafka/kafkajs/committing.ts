/** Says to the group where its partitions are, one request after the other, each with all that has come up since. */
export class Committing {
  readonly #commit: (offsets: Map<number, number>) => Promise<void>;
  #waiting = new Map<number, number>();
  #running: Promise<void> | undefined;

  /** `commit` never throws. */
  constructor(commit: (offsets: Map<number, number>) => Promise<void>) {
    this.#commit = commit;
  }

  add(partition: number, offset: number): void {
    this.#waiting.set(partition, offset);
    this.#running ??= this.#run();
  }

  /** Resolves when all is said. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      const offsets = this.#waiting;
      this.#waiting = new Map();
      await this.#commit(offsets);
    }
    this.#running = undefined;
  }
}
