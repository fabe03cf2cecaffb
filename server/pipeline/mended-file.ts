import { AppError } from '../../shared/error.ts';
import { readCsv } from '../rows/parse/csv.ts';
import type { Services } from '../services.ts';
import { namedTwice, type Replayed, type ReplayRow, replayRows } from './replay.ts';

/** The columns of the file by which rejected rows go out and come back. */
export const mendedColumns = ['rejected_row_id', 'file', 'line', 'column', 'code', 'reason', 'raw'] as const;

/** What became of a file's rows. */
export interface MendedFile extends Replayed {
  rows: number;
}

const rowsAtOnce = 500;

/** Reads rows again by the file they were downloaded as. Throws `missing_columns`, and `invalid` with the line at fault. */
export async function replayMendedFile(
  services: Services,
  accountId: number,
  csv: string,
  by: string,
): Promise<MendedFile> {
  const rows = await mendedRows(csv);
  const total: MendedFile = {
    rows: rows.length,
    imported: 0,
    updated: 0,
    duplicate: 0,
    rejected: 0,
    results: [],
    found: 0,
  };
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const part = await replayRows(services, accountId, rows.slice(at, at + rowsAtOnce), by);
    for (const name of ['imported', 'updated', 'duplicate', 'rejected', 'found'] as const) total[name] += part[name];
    total.results.push(...part.results);
  }
  return total;
}

async function mendedRows(csv: string): Promise<ReplayRow[]> {
  const rows: ReplayRow[] = [];
  const ids = new Set<number>();
  const bytes = (async function* () {
    yield Buffer.from(csv.replace(/^\ufeff/, ''));
  })();
  for await (const { header, rows: block } of readCsv(bytes, { encoding: 'utf8', markLength: 0, isDamaged: false })) {
    const { id, raw } = positionsIn(header);
    for (const row of block) {
      if (row.problem) throw new AppError('invalid', `Line ${row.line} of the file: ${row.problem.reason}`);
      const rejectedRowId = idIn(row.fields[id], row.line);
      if (ids.has(rejectedRowId)) throw namedTwice(rejectedRowId);
      ids.add(rejectedRowId);
      rows.push({ rejectedRowId, raw: restored(row.fields[raw] ?? '') });
    }
  }
  if (rows.length === 0) throw new AppError('invalid', 'The file has no rows.');
  return rows;
}

function positionsIn(header: readonly string[]): { id: number; raw: number } {
  const names = header.map((name) => name.trim().toLowerCase());
  const id = names.indexOf('rejected_row_id');
  const raw = names.indexOf('raw');
  if (id >= 0 && raw >= 0) return { id, raw };
  throw new AppError(
    'missing_columns',
    'The file needs the columns rejected_row_id and raw, as they were downloaded. Download the rows, mend the text in the column raw, and leave the first column as it is.',
  );
}

function idIn(text: string | undefined, line: number): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new AppError(
    'invalid',
    `Line ${line} of the file has "${text ?? ''}" for its rejected_row_id. Leave that column as it was downloaded.`,
  );
}

/** Without the apostrophe that keeps a spreadsheet from running the text as a formula. */
function restored(raw: string): string {
  return /^'[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(raw) ? raw.slice(1) : raw;
}
