import type { FileFormat } from '../../shared/report.ts';
import type { CellPage } from './cell.ts';
import type { HeadedColumn } from './columns.ts';
import { csvBlocks } from './csv.ts';
import { strictlyTyped, typedPages } from './declared-types.ts';
import { jsonLines } from './json-lines.ts';
import { parquet } from './parquet.ts';
import { workbook } from './xlsx/workbook.ts';
import { zonedTime } from './zoned-time.ts';

export interface WriterSettings {
  columns: readonly HeadedColumn[];
  /** Times are written as its clocks show them. */
  zone: string;
  /** A CSV begins with a byte order mark. */
  bom?: boolean | undefined;
}

/** A file format of reports. */
export interface ReportWriter {
  extension: string;
  /** The file's bytes. It reads the pages as it is read, so memory stays flat. */
  write(pages: AsyncIterable<CellPage>, settings: WriterSettings): AsyncIterable<Uint8Array>;
}

export const writers: Record<FileFormat, ReportWriter> = {
  csv: {
    extension: 'csv',
    write: (pages, { columns, zone, bom }) =>
      csvBlocks(pages, { header: headersOf(columns), time: zonedTime(zone), bom: bom ?? false }),
  },
  xlsx: {
    extension: 'xlsx',
    write: (pages, { columns, zone }) =>
      workbook(typedPages(pages, columns, zone), { headers: headersOf(columns), zone }),
  },
  jsonl: {
    extension: 'jsonl',
    // JSON has no dates: they stay as they were written.
    write: (pages, { columns, zone }) =>
      jsonLines(typedPages(pages, withoutTimes(columns), zone), { keys: headersOf(columns), time: zonedTime(zone) }),
  },
  parquet: {
    extension: 'parquet',
    write(pages, { columns, zone }) {
      const typed = strictlyTyped(pages, columns, zone);
      return parquet(typed.pages, typed.columns);
    },
  },
};

function withoutTimes(columns: readonly HeadedColumn[]): HeadedColumn[] {
  return columns.map((column) => (column.kind === 'time' ? { ...column, isDeclared: false } : column));
}

function headersOf(columns: readonly HeadedColumn[]): string[] {
  return columns.map(({ header }) => header);
}
