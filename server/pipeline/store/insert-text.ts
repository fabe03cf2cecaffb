import type { ChunkBuffer, ChunkRow } from './chunk.ts';

/** The position of interaction_start_time in a row's content. */
const timeCell = 4;

/**
 * The rows as `(…),(…)` of a multi-row INSERT; each ends with `common` and the time at which it occurred. Tabs, line
 * feeds and backslashes are escaped in SQL as in LOAD DATA, so a row's content needs quotes and no more; the server
 * reads quoted numbers as numbers. The connection is UTF-8, where no byte of a character is a quote or a backslash.
 */
export function interactionValues(buffer: ChunkBuffer, rows: readonly ChunkRow[], common: string): string {
  let values = '';
  for (const row of rows) {
    const cells = buffer.contentOf(row).replaceAll("'", "\\'").split('\t');
    const time = cells[timeCell];
    const content = `'${cells.join("','")}'`.replaceAll("'\\N'", 'NULL');
    const hash = Buffer.from(row.contentHash, 'latin1').toString('hex');
    const occurred = time === undefined || time === '\\N' ? 'NOW(3)' : `'${time}'`;
    values += `${values === '' ? '' : ','}(x'${buffer.idOf(row).toString('hex')}',${content},x'${hash}',${row.line},${row.fate.status},${row.fate.unanalysedReason ?? 'NULL'},${common},${occurred})`;
  }
  return values;
}
