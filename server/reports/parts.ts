import type { NewPart } from '../../db/queries/reports.ts';
import type { Storage } from '../storage/storage.ts';
import type { Cell } from './row.ts';
import type { ReportWriter } from './writers.ts';

export interface PartsOptions {
  writer: ReportWriter;
  header: string[];
  zone: string;
  /** Rows in a part at most; absent: everything in one. */
  partRows?: number | undefined;
  fileName(part: number): string;
  storageKey(fileName: string): string;
}

/**
 * Writes a report into storage, part after part as its rows arrive, and returns the parts. There is always a first one:
 * a report without rows is a file with its header alone.
 */
export async function writeParts(
  storage: Storage,
  cells: AsyncIterable<Cell[]>,
  { writer, header, zone, partRows = Number.POSITIVE_INFINITY, fileName, storageKey }: PartsOptions,
): Promise<NewPart[]> {
  const source = new RowSource(cells);
  const parts: NewPart[] = [];
  try {
    do {
      const part = parts.length + 1;
      const name = fileName(part);
      const rows = source.take(partRows);
      const stored = await storage.put(storageKey(name), writer.write(header, rows, zone));
      parts.push({ part, fileName: name, storageKey: storageKey(name), rowCount: source.taken, ...stored });
    } while (await source.hasMore());
    return parts;
  } finally {
    await source.close();
  }
}

/** Deals one stream of rows out to several files. */
class RowSource {
  readonly #rows: AsyncIterator<Cell[]>;
  #next: Promise<IteratorResult<Cell[]>> | undefined;
  /** Rows given out by the last `take`. */
  taken = 0;

  constructor(rows: AsyncIterable<Cell[]>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  async *take(limit: number): AsyncGenerator<Cell[]> {
    this.taken = 0;
    while (this.taken < limit) {
      const next = await this.#peek();
      if (next.done) return;
      this.#next = undefined;
      this.taken++;
      yield next.value;
    }
  }

  async hasMore(): Promise<boolean> {
    return (await this.#peek()).done !== true;
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  #peek(): Promise<IteratorResult<Cell[]>> {
    this.#next ??= this.#rows.next();
    return this.#next;
  }
}
