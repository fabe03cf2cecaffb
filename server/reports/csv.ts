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

/** Most texts: nothing to quote, nothing to defuse. Tab to carriage return is one range: a report's speed hangs on it. */
const plain = /^[^=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20",;][^\t-\r",;]*$/;
const special = /[",\r\n]/;

function quoted(text: string): string {
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** OWASP's list of first characters with which a spreadsheet takes a cell for a formula, full-width forms included. */
const formulaStart = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** In any notation: with groups, a decimal comma, per cent. Digits and these signs alone can do no harm. */
const negativeNumber = /^-[\d.,\u00a0\u202f]*\d[.,]?(e[+-]?\d+)?%?[^\S\t\r\n]*$/i;

const separator = /[;\t\r\n]/;
/** The same characters where a cell begins within a text, but for a negative number up to the cell's end. */
const formulaWithin =
  /([;\t\r\n][^\S\t\r\n]*)(?!-[\d.,\u00a0\u202f]*\d[.,]?(?:e[+-]?\d+)?%?[^\S\t\r\n]*(?:[;\t\r\n]|$))(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/gi;

/**
 * Text that a spreadsheet would take for a formula gets an apostrophe in front; negative numbers stay numbers. So does what
 * stands behind a semicolon, a tab or a line end in it: where those part the cells, a comma's quotes hold nothing together.
 */
export function defused(text: string): string {
  const safe = separator.test(text) ? text.replace(formulaWithin, "$1'") : text;
  return formulaStart.test(text) && !negativeNumber.test(text) ? `'${safe}` : safe;
}
