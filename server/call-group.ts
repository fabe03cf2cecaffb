/** One call for many items: it answers in their order, or not at all where there is nothing to say. */
type Run<Item, Result> = (items: Item[]) => Promise<Result[]> | Promise<void>;

/**
 * Puts many small requests into few large ones: what is asked for while one call is under way goes into the next. Under
 * load the groups grow by themselves; without load nobody waits.
 */
export class CallGroup<Item, Result = void> {
  readonly #run: Run<Item, Result>;
  readonly #most: number;
  #waiting: Entry<Item, Result>[] = [];
  #isRunning = false;

  /** At most `most` items go into one call. */
  constructor(run: Run<Item, Result>, most = 100) {
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
      const results = (await this.#run(entries.map(({ item }) => item))) ?? [];
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
