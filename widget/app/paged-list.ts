import type { ReactiveControllerHost } from 'lit';
import type { Problem } from '../api/problem.ts';
import { Action, Resource } from './resource.ts';

export interface PageOf<T> {
  rows: T[];
  next_cursor: string | null;
}

/**
 * A long list, newest first: its first page stays live, further pages are added below on demand. Rows that move from the
 * first page into the second while somebody reads stay where they are, and each is shown once.
 */
export class PagedList<T> {
  readonly first: Resource<PageOf<T> | undefined>;
  private readonly more: Action;
  private readonly read: (cursor: string | undefined, signal?: AbortSignal) => Promise<PageOf<T> | undefined>;
  private readonly idOf: (row: T) => string;
  private older: T[] = [];
  private cursor: string | null | undefined;
  /** The first page as it was shown last. */
  private shown: PageOf<T> | undefined;
  /** Ends what is asked of further pages: they belong to a list that is shown no more. */
  private abort = new AbortController();

  constructor(
    host: ReactiveControllerHost,
    read: (cursor: string | undefined, signal?: AbortSignal) => Promise<PageOf<T> | undefined>,
    idOf: (row: T) => string,
  ) {
    this.read = read;
    this.idOf = idOf;
    this.first = new Resource(host, (signal) => read(undefined, signal));
    this.more = new Action(host);
  }

  /** Starts over: other filters. A page that is still under way is not added to what comes now. */
  clear(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.forgetOlder();
    this.shown = undefined;
    this.more.problem = undefined;
    this.first.clear();
  }

  private forgetOlder(): void {
    this.older = [];
    this.cursor = undefined;
  }

  get rows(): T[] | undefined {
    this.settle();
    const newest = this.first.value?.rows;
    if (!newest) return undefined;
    const shown = new Set(newest.map(this.idOf));
    return [...newest, ...this.older.filter((row) => !shown.has(this.idOf(row)))];
  }

  /** After the first page was read again: what newer rows have pushed off it stands above the further pages. */
  private settle(): void {
    const { value } = this.first;
    if (!value || value === this.shown) return;
    const before = [...(this.shown?.rows ?? []), ...this.older];
    this.shown = value;
    if (this.cursor === undefined) return;
    const last = value.rows.at(-1);
    const place = last === undefined ? -1 : before.findIndex((row) => this.idOf(row) === this.idOf(last));
    // Where there is one page only, or so many came that rows between are unknown, the list goes on from that page.
    if (value.next_cursor === null || place === -1) this.forgetOlder();
    else this.older = before.slice(place + 1);
  }

  get hasMore(): boolean {
    return this.nextCursor !== null;
  }

  get isLoadingMore(): boolean {
    return this.more.isBusy;
  }

  get problem(): Problem | undefined {
    return this.first.problem ?? this.more.problem;
  }

  readonly loadMore = async (): Promise<void> => {
    const cursor = this.nextCursor;
    if (cursor === null) return;
    // From here on the further pages begin there, whatever comes to the first page meanwhile.
    this.cursor = cursor;
    const { signal } = this.abort;
    await this.more.run(async () => {
      const page = await this.readUnlessAborted(cursor, signal);
      this.settle();
      // So many new rows came meanwhile that the list goes on from the first page again: this one lies beyond a gap.
      if (!page || this.cursor !== cursor) return;
      this.older = [...this.older, ...page.rows];
      this.cursor = page.next_cursor;
    });
  };

  private async readUnlessAborted(cursor: string, signal: AbortSignal): Promise<PageOf<T> | undefined> {
    try {
      const page = await this.read(cursor, signal);
      return signal.aborted ? undefined : page;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  private get nextCursor(): string | null {
    this.settle();
    return this.cursor === undefined ? (this.first.value?.next_cursor ?? null) : this.cursor;
  }
}
