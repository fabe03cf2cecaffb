/**
 * Puts many small requests into few large ones: what is asked for while one call is under way goes into the next. Under
 * load the batches grow by themselves; without load nobody waits.
 */
export class Batch<Item, Result> {
  readonly #run: (items: Item[]) => Promise<Result[]>;
  readonly #most: number;
  #waiting: Entry<Item, Result>[] = [];
  #isRunning = false;

  /** `run` answers in the order of its items. At most `most` go into one call. */
  constructor(run: (items: Item[]) => Promise<Result[]>, most = 100) {
    this.#run = run;
    this.#most = most;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isRunning) {
        this.#isRunning = true;
        // Those that are asked for in the same turn of the event loop go together.
        setImmediate(() => void this.#serve());
      }
    });
  }

  async #serve(): Promise<void> {
    while (this.#waiting.length > 0) await this.#serveOne(this.#waiting.splice(0, this.#most));
    this.#isRunning = false;
  }

  async #serveOne(entries: Entry<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#run(entries.map(({ item }) => item));
      for (const [i, { resolve }] of entries.entries()) resolve(results[i] as Result);
    } catch (error) {
      for (const { reject } of entries) reject(error);
    }
  }
}

interface Entry<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}
