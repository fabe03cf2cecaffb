import type { Pool, RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../uuid.ts';

/** `open`: nobody has seen to it; `replayed`: mended and stored; `dismissed`: somebody does not want it. */
export const rejectedStates = ['open', 'replayed', 'dismissed'] as const;
export type RejectedState = (typeof rejectedStates)[number];

export interface RejectedRowShown {
  id: number;
  state: RejectedState;
  execution_id: string;
  job_name: string;
  file_name: string;
  /** Of the file, from 1. */
  line: number;
  column: string | null;
  code: string;
  reason: string;
  /** The row as it stood there, at most its first 4 KB. */
  raw: string;
  /** Whether it was longer: then it is replayed by its whole text alone. */
  is_cut: boolean;
  /** The headings of its file; null for what has none. */
  header: string[] | null;
  rejected_at: string;
  replayed_at: string | null;
  replayed_by: string | null;
}

/** Which rows: all of the account's, or of one execution. */
export interface RejectedFilter {
  state?: RejectedState | undefined;
  executionId?: Buffer | undefined;
}

const columns = `r.id, r.state, r.execution_id, e.job_name, r.file_name, r.line, r.column_name, r.code, r.reason, r.raw, r.is_cut,
  COALESCE(r.header, i.header) AS header, r.created_at, r.replayed_at, r.replayed_by`;

/** One execution's rows come in the order in which they were read, those of all executions newest first. */
export async function selectRejectedPage(
  pool: Pool,
  accountId: number,
  { state, executionId }: RejectedFilter,
  { after, limit }: { after: number | undefined; limit: number },
): Promise<RejectedRowShown[]> {
  const isForward = executionId !== undefined;
  const conditions = ['r.account_id = ?'];
  const values: unknown[] = [accountId];
  const add = (condition: string, value: unknown) => {
    conditions.push(condition);
    values.push(value);
  };
  if (executionId) add('r.execution_id = ?', executionId);
  if (state) add('r.state = ?', state);
  if (after !== undefined) add(isForward ? 'r.id > ?' : 'r.id < ?', after);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM rejected_row r
       JOIN execution e ON e.id = r.execution_id AND e.account_id = r.account_id
       LEFT JOIN source_item i ON i.id = r.source_item_id AND i.account_id = r.account_id
      WHERE ${conditions.join(' AND ')} ORDER BY r.id ${isForward ? 'ASC' : 'DESC'} LIMIT ?`,
    [...values, limit],
  );
  return rows.map(shown);
}

function shown(row: RowDataPacket): RejectedRowShown {
  return {
    ...{ id: row.id, state: row.state, execution_id: uuidText(row.execution_id), job_name: row.job_name },
    ...{ file_name: row.file_name, line: row.line, column: row.column_name, code: row.code, reason: row.reason },
    ...{ raw: row.raw, is_cut: row.is_cut === 1 },
    header: row.header === null ? null : JSON.parse(row.header),
    rejected_at: row.created_at.toISOString(),
    replayed_at: row.replayed_at?.toISOString() ?? null,
    replayed_by: row.replayed_by,
  };
}

/** Marks open rows as not wanted, and says how many were. */
export async function dismissRejectedRows(pool: Pool, accountId: number, ids: number[], by: string): Promise<number> {
  const [result] = await pool.query(
    `UPDATE rejected_row SET state = 'dismissed', replayed_at = NOW(3), replayed_by = ?
      WHERE account_id = ? AND id IN (?) AND state = 'open'`,
    [by, accountId, ids],
  );
  return (result as { affectedRows: number }).affectedRows;
}
