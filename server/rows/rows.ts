import type { ColumnMapping } from '../../shared/interaction.ts';
import type { ByteStream } from '../byte-stream.ts';
import { readCsv } from './parse/csv.ts';
import type { TextEncoding } from './parse/encoding.ts';
import { type Columns, readHeader } from './parse/header.ts';
import { type NdjsonLine, readNdjson } from './parse/ndjson.ts';
import type { CsvRow } from './parse/scanner.ts';
import type { RowBlock, SourceRow } from './row-block.ts';
import { JsonValidator } from './validate/json.ts';
import type { ReadingOptions } from './validate/reader.ts';
import { RowValidator } from './validate/validate.ts';

export type FileFormat = 'csv' | 'ndjson';

/** How a file's rows are read. */
export interface RowSettings extends ReadingOptions {
  /** CSV where it is not said. */
  file_format?: FileFormat | undefined;
  /** For CSV alone. */
  column_mapping: ColumnMapping;
  /** The account's: times without an offset are in it. */
  timezone: string;
}

/** A file's content and how its text is encoded. */
export interface FileContent {
  bytes(): ByteStream;
  encoding: TextEncoding;
}

/** A file's rows, a block at a time. They are validated when the block is asked to read them. */
export function readRows(file: FileContent, settings: RowSettings): AsyncGenerator<RowBlock<SourceRow>> {
  return settings.file_format === 'ndjson' ? ndjsonRows(file, settings) : csvRows(file, settings);
}

async function* csvRows({ bytes, encoding }: FileContent, settings: RowSettings): AsyncGenerator<RowBlock<CsvRow>> {
  let reading: Omit<RowBlock<CsvRow>, 'rows'> | undefined;
  for await (const { header, delimiter, rows } of readCsv(bytes(), encoding)) {
    reading ??= { header, delimiter, ...csvReading(columnsOf(header, settings), settings) };
    yield { ...reading, rows };
  }
}

/** Where the values of rows under this header go. Throws `missing_columns`, and `invalid` where two have one name. */
export function columnsOf(header: readonly string[], { column_mapping, defaults }: RowSettings): Columns {
  return readHeader(header, column_mapping, { needsChannelType: defaults?.channelType === undefined });
}

/** How rows of these columns are read. */
export function csvReading(columns: Columns, settings: RowSettings): Omit<RowBlock<CsvRow>, 'rows'> {
  const validator = new RowValidator(columns, settings.timezone, settings);
  const idPosition = columns.canonical.external_interaction_id ?? -1;
  return {
    read: ({ problem, fields }) => problem ?? validator.validate(fields),
    externalIdOf: ({ fields }) => fields[idPosition],
  };
}

async function* ndjsonRows(
  { bytes, encoding }: FileContent,
  settings: RowSettings,
): AsyncGenerator<RowBlock<NdjsonLine>> {
  const validator = new JsonValidator(settings.timezone, settings);
  const reading: Omit<RowBlock<NdjsonLine>, 'rows'> = {
    read: ({ problem, raw }) => problem ?? validator.validate(raw),
    externalIdOf: ({ problem, raw }) => (problem ? undefined : validator.externalIdOf(raw)),
  };
  for await (const rows of readNdjson(bytes(), encoding)) yield { ...reading, rows };
}
