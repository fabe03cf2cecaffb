import type { NewPart, PartSet } from '../../db/queries/reports.ts';
import type { FileFormat } from '../../shared/report.ts';
import type { Storage } from '../storage/storage.ts';
import { RowSource } from './row-source.ts';
import { SharedPages } from './shared-pages.ts';

/** One set of files that hold all of a report's rows. `Row` is whatever the writer takes for one: cells, or a line. */
export interface PartSetOptions<Row> {
  set: PartSet;
  format?: FileFormat;
  /** The number of its first part; absent: 1. */
  firstPart?: number;
  /** Rows in a part at most; absent: everything in one. */
  partRows?: number | undefined;
  /** By the part's place among its own, from 1 on. */
  fileName(place: number): string;
  storageKey(fileName: string): string;
  /** A file's bytes. It reads the rows, which come in pages, as it is read. */
  write(pages: AsyncIterable<readonly Row[]>): AsyncIterable<Uint8Array>;
}

/**
 * Writes a report into storage, each set part after part as its rows arrive, and returns the parts. The rows are read once
 * for all sets, which go side by side at the pace of the slowest: one page is in memory. There is always a first part: a
 * report without rows is a file with its header alone. Where it breaks off, no part stays.
 */
export async function writeParts<Row>(
  storage: Storage,
  pages: AsyncIterable<readonly Row[]>,
  sets: readonly PartSetOptions<Row>[],
): Promise<NewPart[]> {
  const shared = new SharedPages(pages, sets.length);
  const written: NewPart[][] = sets.map(() => []);
  try {
    const settled = await Promise.allSettled(
      shared.readers.map(async (reader, index) => {
        const [options, own] = [sets[index], written[index]];
        try {
          if (options && own) await writeSet(storage, new RowSource(reader), options, own);
        } catch (error) {
          // The other sets must not be written to their end for nothing.
          shared.fail(error);
          throw error;
        }
      }),
    );
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
    return written.flat();
  } catch (error) {
    // What broke it off is what is told.
    await Promise.allSettled(written.flat().map((part) => storage.remove(part.storageKey)));
    throw error;
  } finally {
    await shared.close();
  }
}

async function writeSet<Row>(
  storage: Storage,
  source: RowSource<Row>,
  { set, format, firstPart = 1, partRows = Number.POSITIVE_INFINITY, fileName, storageKey, write }: PartSetOptions<Row>,
  written: NewPart[],
): Promise<void> {
  let place = 0;
  do {
    const name = fileName(++place);
    const stored = await storage.put(storageKey(name), write(source.take(partRows)));
    const part = firstPart + place - 1;
    written.push({
      set,
      format: format ?? null,
      part,
      fileName: name,
      storageKey: storageKey(name),
      rowCount: source.taken,
      ...stored,
    });
  } while (await source.hasMore());
}
