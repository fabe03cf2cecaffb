import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import type { Connection } from '../database.ts';
import { countsOf, notThere } from './executions.ts';

/** How much of it a run has done by now. */
export interface Amounts {
  /** Bytes that came from the source; of an export those that were written or delivered. */
  bytesRead?: number;
  /** Bytes, of the same measure, whose rows are stored; of an export those that arrived. */
  bytesDone?: number;
  /** How many there will be; null where that is not known. */
  bytesExpected?: number | null;
  /** Of an export: the rows that the report has by now. */
  rows?: number;
}

const columnOf: Record<keyof Amounts, string> = {
  bytesRead: 'bytes_read',
  bytesDone: 'bytes_done',
  bytesExpected: 'bytes_expected',
  rows: 'rows_listed',
};

export async function saveAmounts(connection: Connection, executionId: Buffer, amounts: Amounts): Promise<void> {
  const values = Object.entries(amounts).map(([name, value]) => [columnOf[name as keyof Amounts], value]);
  await connection.query('UPDATE execution SET ? WHERE id = ?', [Object.fromEntries(values), executionId]);
}

/** How far an execution is, as one row of the database says it. */
export interface ExecutionAmounts {
  type: JobType;
  status: ExecutionStatus;
  isCancelRequested: boolean;
  items: ItemCounts;
  rows: RowCounts;
  parts: number;
  bytesRead: number;
  bytesDone: number;
  bytesExpected: number | null;
  /** What the step under way is; null before the first and after the last. */
  step: { name: string; message: string | null } | null;
  /** The newest line of its log; 0 where it has said nothing yet. */
  lastLogId: number;
  startedAt: Date | null;
  endedAt: Date | null;
  /** By the clock that the times are from. */
  now: Date;
}

/** Throws `not_found` unless it is the account's. */
export async function readAmounts(pool: Pool, accountId: number, id: Buffer): Promise<ExecutionAmounts> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT e.*, NOW(3) AS now, s.name AS step_name, s.message AS step_message,
        COALESCE((SELECT MAX(l.id) FROM execution_log l WHERE l.execution_id = e.id), 0) AS last_log_id
       FROM execution e LEFT JOIN execution_step s ON s.execution_id = e.id AND s.ended_at IS NULL
      WHERE e.account_id = ? AND e.id = ? ORDER BY s.position DESC LIMIT 1`,
    [accountId, id],
  );
  const row = rows[0];
  if (!row) throw notThere();
  return {
    type: row.type,
    status: row.status,
    isCancelRequested: row.cancel_requested === 1,
    ...countsOf(row),
    parts: row.parts,
    bytesRead: row.bytes_read,
    bytesDone: row.bytes_done,
    bytesExpected: row.bytes_expected,
    step: row.step_name === null ? null : { name: row.step_name, message: row.step_message },
    lastLogId: row.last_log_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    now: row.now,
  };
}
