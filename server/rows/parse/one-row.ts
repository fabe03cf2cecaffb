import { damaged } from './damaged.ts';
import { type CsvRow, CsvScanner, type RowProblem } from './scanner.ts';

/** The one row that a text holds. */
export type OneRow = { fields: string[] } | { problem: RowProblem };

/**
 * Reads a text as one row of a CSV file with that header, whose columns are separated by `delimiter`. The row alone does
 * not say by what: text with commas in it may well have as many columns by the wrong character.
 */
export function readOneRow(text: string, header: readonly string[], delimiter: string): OneRow {
  if (damaged.test(text)) return { problem: badEncoding };
  const scanner = new CsvScanner(delimiter);
  scanner.push(`${header.map(quoted).join(delimiter)}\n`);
  const rows = [...scanner.push(text), ...scanner.end()];
  const [row] = rows;
  if (!row) return { problem: noRow };
  if (rows.length > 1) return { problem: rows.find(({ problem }) => problem)?.problem ?? severalRows(rows) };
  return row.problem ? { problem: row.problem } : { fields: row.fields };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const badEncoding: RowProblem = {
  code: 'bad_encoding',
  reason: 'The row holds a character that could not be read (�). Put the right one in its place.',
};

const noRow: RowProblem = { code: 'wrong_column_count', reason: 'There is no row: the text is empty.' };

function severalRows(rows: CsvRow[]): RowProblem {
  return {
    code: 'wrong_column_count',
    reason: `The text has ${rows.length} rows; it must be the one that was rejected.`,
  };
}
