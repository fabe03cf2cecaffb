import { csvBlocks } from './csv.ts';
import type { Cell } from './row.ts';
import { zonedTime } from './zoned-time.ts';

/** A file format of reports. */
export interface ReportWriter {
  extension: string;
  /** The file's bytes. It reads the rows as it is read, so memory stays flat. */
  write(header: string[], rows: AsyncIterable<Cell[]>, zone: string): AsyncIterable<Uint8Array>;
}

const fileFormats = ['csv'] as const;
export type FileFormat = (typeof fileFormats)[number];

export const writers: Record<FileFormat, ReportWriter> = {
  csv: {
    extension: 'csv',
    write: (header, rows, zone) => csvBlocks(rows, { header, time: zonedTime(zone) }),
  },
};
