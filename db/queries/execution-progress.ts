import type { PoolConnection, ResultSetHeader } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { ExecutionStatus, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { Connection } from '../database.ts';
import { followExecution } from './execution-connectors.ts';
import { openStatuses } from './executions.ts';
import type { Work } from './work.ts';

/** The execution that a piece of `execute` work is about. */
type ExecutionWork = Pick<Work, 'accountId' | 'subject'>;

/** In a transaction: moves an execution on; false where it is not in one of the states `from` any more. */
export async function moveExecution(
  connection: Connection,
  { accountId, subject }: ExecutionWork,
  from: readonly ExecutionStatus[],
  to: ExecutionStatus,
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    'UPDATE execution SET status = ?, started_at = COALESCE(started_at, NOW(3)) WHERE account_id = ? AND id = ? AND status IN (?)',
    [to, accountId, subject, from],
  );
  if (result.affectedRows === 0) return false;
  await followExecution(connection, accountId, subject);
  return true;
}

/**
 * How an execution ended. What is absent stays as it is. `note` comes behind what was noted when it was made (why it was
 * late, say); a stream's day, whose note grows with it, gets this one instead.
 */
export interface ExecutionEnd {
  status: ExecutionStatus;
  items?: ItemCounts | undefined;
  rows?: RowCounts | undefined;
  parts?: number | undefined;
  note?: string | undefined;
  error?: Failure | undefined;
}

/** As many characters as the column holds. */
const longestNote = 500;

/** Writes the end, and ends the step under way. False, and nothing is written, where it is in none of the states `from`. */
export async function endExecution(
  connection: PoolConnection,
  { accountId, subject }: ExecutionWork,
  end: ExecutionEnd,
  from: readonly ExecutionStatus[] = openStatuses,
): Promise<boolean> {
  const values: Record<string, unknown> = {
    status: end.status,
    ...(end.items && itemColumns(end.items)),
    ...(end.rows && rowColumns(end.rows)),
    ...(end.parts !== undefined && { parts: end.parts }),
    ...(end.error && { error: JSON.stringify(end.error) }),
  };
  const note = end.note ?? null;
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE execution SET ?, ended_at = NOW(3), retry_at = NULL,
        note = IF(note IS NULL OR trigger_kind = 'stream', COALESCE(?, note), LEFT(CONCAT_WS('; ', note, ?), ?))
      WHERE account_id = ? AND id = ? AND status IN (?)`,
    [values, note, note, longestNote, accountId, subject, from],
  );
  if (result.affectedRows === 0) return false;
  await followExecution(connection, accountId, subject);
  await endSteps(connection, subject);
  return true;
}

function itemColumns({ listed, done, unchanged, waiting, failed }: ItemCounts): Record<string, number> {
  return {
    items_listed: listed,
    items_done: done,
    items_unchanged: unchanged,
    items_waiting: waiting,
    items_failed: failed,
  };
}

function rowColumns({ listed, imported, updated, duplicate, rejected }: RowCounts): Record<string, number> {
  return {
    rows_listed: listed,
    rows_imported: imported,
    rows_updated: updated,
    rows_duplicate: duplicate,
    rows_rejected: rejected,
  };
}

/** Ends the step under way and begins the next. Times are the database's, so that all servers' steps agree. */
export async function beginStep(connection: Connection, executionId: Buffer, name: string, message?: string) {
  await endSteps(connection, executionId);
  await connection.query(
    `INSERT INTO execution_step (execution_id, position, name, started_at, message)
     SELECT ?, COALESCE(MAX(position), 0) + 1, ?, NOW(3), ? FROM execution_step WHERE execution_id = ?`,
    [executionId, name, message ?? null, executionId],
  );
}

async function endSteps(connection: Connection, executionId: Buffer): Promise<void> {
  await connection.query('UPDATE execution_step SET ended_at = NOW(3) WHERE execution_id = ? AND ended_at IS NULL', [
    executionId,
  ]);
}
