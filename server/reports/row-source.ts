/** Deals one stream of rows out to several files or sheets. */
export class RowSource<Row> {
  readonly #pages: AsyncIterator<readonly Row[]>;
  /** What is left of the page that was read last; undefined once there is no other. */
  #rest: readonly Row[] | undefined = [];
  /** Rows given out by the last `take`. */
  taken = 0;

  constructor(pages: AsyncIterator<readonly Row[]>) {
    this.#pages = pages;
  }

  async *take(limit: number): AsyncGenerator<readonly Row[]> {
    this.taken = 0;
    while (this.taken < limit && (await this.hasMore())) {
      const rows = this.#rest ?? [];
      const left = limit - this.taken;
      const given = rows.length > left ? rows.slice(0, left) : rows;
      this.#rest = rows.length > left ? rows.slice(left) : [];
      this.taken += given.length;
      yield given;
    }
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest?.length === 0) {
      const next = await this.#pages.next();
      this.#rest = next.done ? undefined : next.value;
    }
    return this.#rest !== undefined;
  }
}
