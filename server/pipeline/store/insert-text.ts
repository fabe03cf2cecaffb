import { contentColumns, type InsertText } from '../../../db/queries/interactions.ts';
import type { ChunkBuffer, ChunkRow } from './chunk.ts';

const absent = '\\N';
const timeCell = contentColumns.indexOf('interaction_start_time');
const numberCells: readonly number[] = [
  contentColumns.indexOf('duration_seconds'),
  contentColumns.indexOf('pii_redacted'),
];

/**
 * The rows as text of a multi-row INSERT; each ends with `common` and the time at which it occurred. Tabs, line feeds
 * and backslashes are escaped in SQL as in LOAD DATA, so a cell needs quotes and no more. The connection is UTF-8, where
 * no byte of a character is a quote or a backslash. Columns that no row fills are left out, because the server's time
 * goes by the number of values; `all` keeps them.
 */
export function insertText(
  buffer: ChunkBuffer,
  rows: readonly ChunkRow[],
  common: string,
  { all = false } = {},
): InsertText {
  const cellsOfRows = rows.map((row) => buffer.contentOf(row).replaceAll("'", "\\'").split('\t'));
  const used = contentColumns.flatMap((_, index) =>
    all || cellsOfRows.some((cells) => cells[index] !== absent) ? [index] : [],
  );
  let values = '';
  for (const [position, row] of rows.entries()) {
    const cells = cellsOfRows[position] ?? [];
    values += `${position === 0 ? '' : ','}(x'${buffer.idOf(row).toString('hex')}',`;
    for (const index of used) values += `${literal(cells[index] ?? absent, index)},`;
    const hash = Buffer.from(row.contentHash, 'latin1').toString('hex');
    const time = cells[timeCell] ?? absent;
    values += `x'${hash}',${row.line},${row.fate.status},${row.fate.unanalysedReason ?? 'NULL'},${common},${time === absent ? 'NOW(3)' : `'${time}'`})`;
  }
  return { columns: used.flatMap((index) => contentColumns[index] ?? []), values };
}

function literal(cell: string, index: number): string {
  if (cell === absent) return 'NULL';
  return numberCells.includes(index) ? cell : `'${cell}'`;
}
