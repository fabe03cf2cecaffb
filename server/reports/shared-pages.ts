type Result<Page> = IteratorResult<Page, undefined>;

/** One reader's wait for the next page. */
interface Waiting<Page> {
  resolve(page: Result<Page>): void;
  reject(error: unknown): void;
}

/**
 * One stream of pages for several readers. A page is read once all of them have asked for it, so that the slowest sets the
 * pace and one page is in memory however far apart they would run. All must read to the end, or `fail` must be called.
 */
export class SharedPages<Page> {
  readonly readers: readonly AsyncIterator<Page, undefined>[];
  readonly #pages: AsyncIterator<Page>;
  #waiting: Waiting<Page>[] = [];
  #failure: { error: unknown } | undefined;
  #reading: Promise<void> | undefined;

  constructor(pages: AsyncIterable<Page>, readers: number) {
    this.#pages = pages[Symbol.asyncIterator]();
    this.readers = Array.from({ length: readers }, () => ({ next: () => this.#next() }));
  }

  /** Whoever waits, or asks from now on, gets this error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure.error);
  }

  /** Ends the stream, after the page that is being read. */
  async close(): Promise<void> {
    await this.#reading;
    await this.#pages.return?.();
  }

  #next(): Promise<Result<Page>> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === this.readers.length) this.#reading = this.#read();
    });
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#pages.next();
      const page: Result<Page> = done ? { done: true, value: undefined } : { done: false, value };
      for (const { resolve } of this.#waiting.splice(0)) resolve(page);
    } catch (error) {
      this.fail(error);
    }
  }
}
