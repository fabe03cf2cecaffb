import type { ByteStream } from '../../byte-stream.ts';
import { damaged } from './damaged.ts';
import { decode } from './decode.ts';
import type { TextEncoding } from './encoding.ts';
import { type CsvRow, CsvScanner, type RowProblem } from './scanner.ts';

/** Rows as they come out of one block of text, with the header they stand under. */
export interface CsvBlock {
  header: readonly string[];
  /** What separates its columns. */
  delimiter: string;
  rows: CsvRow[];
}

const delimiters = [',', ';', '\t'] as const;
const longestHeader = 1_048_576;

/** Reads a CSV file's rows, a block at a time. A file without a single row of text yields nothing. */
export async function* readCsv(bytes: ByteStream, encoding: TextEncoding): AsyncGenerator<CsvBlock> {
  let scanner: CsvScanner | undefined;
  let delimiter = ',';
  let head = '';
  for await (const text of decode(bytes, encoding)) {
    if (!scanner) {
      head += text;
      if (!hasFirstLine(head) && head.length < longestHeader) continue;
      delimiter = sniffDelimiter(head);
      scanner = new CsvScanner(delimiter);
    }
    yield* block(scanner, scanner.push(head || text), delimiter, encoding);
    head = '';
  }
  if (!scanner) {
    delimiter = sniffDelimiter(head);
    scanner = new CsvScanner(delimiter);
  }
  const rows = [...scanner.push(head), ...scanner.end()];
  yield* block(scanner, rows, delimiter, encoding);
}

function* block(scanner: CsvScanner, rows: CsvRow[], delimiter: string, encoding: TextEncoding): Generator<CsvBlock> {
  if (encoding.isDamaged || encoding.encoding.startsWith('utf16')) markDamaged(rows);
  if (scanner.header) yield { header: scanner.header, delimiter, rows };
}

/** In two steps, because one pattern for both takes quadratic time over a megabyte without a line end. */
function hasFirstLine(text: string): boolean {
  const start = text.search(/\S/);
  return start >= 0 && /[\r\n]/.test(text.slice(start));
}

/** The one of comma, semicolon and tab that the header uses most, outside of quotes. */
export function sniffDelimiter(text: string): string {
  const header = /\S[^\r\n]*/.exec(text)?.[0].replaceAll(/"[^"]*"/g, '') ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  return delimiters.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best), ',');
}

const badEncoding: RowProblem = {
  code: 'bad_encoding',
  reason: 'The row holds bytes that are not valid in the encoding of the rest of the file. Save the file as UTF-8.',
};

function markDamaged(rows: CsvRow[]): void {
  for (const row of rows) {
    if (damaged.test(row.raw)) row.problem ??= badEncoding;
  }
}
