import type { Cell, CellPage } from './cell.ts';

const blockBytes = 64 * 1024;
const byteOrderMark = '\ufeff';

export interface CsvOptions {
  header: string[];
  /** How an instant is written. */
  time: (at: Date) => string;
  /** A byte order mark at the beginning: Excel then reads the file as UTF-8. */
  bom?: boolean;
}

/**
 * Rows as CSV after RFC 4180 (CRLF, quotes doubled, UTF-8), in blocks of about 64 KB. Text that a spreadsheet would run
 * as a formula is defused (see `defused`).
 */
export async function* csvBlocks(
  pages: AsyncIterable<CellPage> | Iterable<CellPage>,
  { header, time, bom = false }: CsvOptions,
): AsyncGenerator<Buffer> {
  let text = (bom ? byteOrderMark : '') + csvLine(header, time);
  for await (const page of pages) {
    for (const row of page) {
      text += csvLine(row, time);
      if (text.length < blockBytes) continue;
      yield Buffer.from(text, 'utf8');
      text = '';
    }
  }
  if (text) yield Buffer.from(text, 'utf8');
}

/** Of a file with one column: readers pass over a line without anything. */
const emptyLine = '""';

function csvLine(cells: readonly Cell[], time: (at: Date) => string): string {
  const line = cells.map((cell) => cellText(cell, time)).join(',');
  return `${line || emptyLine}\r\n`;
}

function cellText(cell: Cell, time: (at: Date) => string): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return plain.test(cell) ? cell : quoted(defused(cell));
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return cell instanceof Date ? time(cell) : String(cell);
}

/** Most texts: nothing to quote, nothing to defuse. */
const plain = /^[^=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20",][^",\r\n]*$/;
const special = /[",\r\n]/;

function quoted(text: string): string {
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** OWASP's list of first characters with which a spreadsheet takes a cell for a formula, full-width forms included. */
const formulaStart = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const negativeNumber = /^-(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Text that a spreadsheet would take for a formula gets an apostrophe in front; negative numbers stay numbers. */
export function defused(text: string): string {
  return formulaStart.test(text) && !negativeNumber.test(text) ? `'${text}` : text;
}
