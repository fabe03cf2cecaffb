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
  /** Whether it is an event of a stream: `file_name` is then `topic/partition`. */
  is_event: boolean;
  /** Of the file, from 1; of an event its offset. */
  line: number;
  column: string | null;
  code: string;
  reason: string;
  /** The row as it stood there. */
  raw: string;
  /** Whether a list shows the beginning of a text alone that is kept. */
  is_shortened: boolean;
  /** Whether it was longer than what is kept: then it is replayed by its whole text alone. */
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

const columns = `r.id, r.state, r.execution_id, e.job_name, e.trigger_kind, r.file_name, r.line, r.column_name, r.code, r.reason, r.is_cut,
  COALESCE(r.header, i.header) AS header, r.created_at, r.replayed_at, r.replayed_by`;

const tables = `rejected_row r
  JOIN execution e ON e.id = r.execution_id AND e.account_id = r.account_id
  LEFT JOIN source_item i ON i.id = r.source_item_id AND i.account_id = r.account_id`;

/** A list shows so many characters of a text: a page of whole events would be too much to send, and to read. */
const shownCharacters = 4096;

/**
 * One execution's rows come in the order in which they were read, those of all executions newest first. Long texts are
 * shortened; selectRejectedRow() has the whole.
 */
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
    `SELECT ${columns}, LEFT(r.raw, ${shownCharacters}) AS raw, CHAR_LENGTH(r.raw) > ${shownCharacters} AS is_shortened
       FROM ${tables} WHERE ${conditions.join(' AND ')} ORDER BY r.id ${isForward ? 'ASC' : 'DESC'} LIMIT ?`,
    [...values, limit],
  );
  return rows.map(shown);
}

/** One row with its whole text, as far as it is kept; undefined where the account has none such. */
export async function selectRejectedRow(
  pool: Pool,
  accountId: number,
  id: number,
): Promise<RejectedRowShown | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns}, r.raw, 0 AS is_shortened FROM ${tables} WHERE r.account_id = ? AND r.id = ?`,
    [accountId, id],
  );
  return rows[0] && shown(rows[0]);
}

function shown(row: RowDataPacket): RejectedRowShown {
  return {
    ...{ id: row.id, state: row.state, execution_id: uuidText(row.execution_id), job_name: row.job_name },
    ...{ file_name: row.file_name, line: row.line, column: row.column_name, code: row.code, reason: row.reason },
    ...{ raw: row.raw, is_shortened: row.is_shortened === 1, is_cut: row.is_cut === 1 },
    is_event: row.trigger_kind === 'stream',
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
