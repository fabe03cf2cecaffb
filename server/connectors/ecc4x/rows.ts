import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { type DaySlice, daySlice } from '../calls/day-slices.ts';
import { WallClock } from '../calls/wall-clock.ts';
import type { RawRow, RowReader } from './row.ts';

/** Where the calls of a day are listed. */
export interface RowSource {
  /** Its host, for words about it. */
  readonly place: string;
  /** It cannot be asked for a day: its calls come all at once, whatever day is asked for. */
  readonly isWhole: boolean;
  /** Throws where the source cannot be reached or does not let us in. */
  reach(): Promise<void>;
  /**
   * The calls of a day (all of them where `isWhole`), a page at a time; memory does not grow with their number. Each page tells its columns, also one
   * without rows where the source knows them.
   */
  pages(slice: DaySlice): AsyncIterable<RowPage>;
}

export interface RowPage {
  /** Undefined where only rows could tell, and there are none. */
  columns: string[] | undefined;
  rows: RawRow[];
}

/** A day's rows as NDJSON. Throws `missing_columns` before anything of a row without what we need. */
export async function* ndjsonOf(
  pages: AsyncIterable<RowPage>,
  reader: RowReader,
  required: readonly string[],
): ByteStream & AsyncGenerator<Uint8Array> {
  let isChecked = false;
  for await (const { columns, rows } of pages) {
    if (!isChecked && columns) {
      requireColumns(columns, reader, required);
      isChecked = true;
    }
    if (rows.length > 0) yield Buffer.from(`${rows.map((row) => reader.lineOf(row)).join('\n')}\n`);
  }
}

/** Throws `missing_columns` that names what is missing and what is there. */
export function requireColumns(columns: readonly string[], reader: RowReader, required: readonly string[]): void {
  const names = new Set(columns.map((column) => reader.nameOf(column)));
  const missing = required.filter((name) => !names.has(name));
  if (missing.length === 0) return;
  const there = columns.length === 0 ? 'nothing' : columns.slice(0, 40).join(', ');
  throw new AppError(
    'missing_columns',
    `The rows have no column ${missing.join(' and no column ')}. What is there: ${there}. Give a column that name (in a query: AS ${missing[0]}), or map one to it in the column mapping.`,
    { field: 'column_mapping' },
  );
}

/** Today, in ECC's zone. */
export function today(timezone: string): DaySlice {
  return daySlice(new WallClock(timezone).textOf(new Date()).slice(0, 10), timezone);
}
