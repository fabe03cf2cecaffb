import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { type ExecutionRecord, executionRecord, openStatuses } from './executions.ts';

/** How many exports that this user asked for on the Analysis List have not ended. */
export async function countOpenRequested(
  connection: PoolConnection,
  accountId: number,
  userId: number,
): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM execution FORCE INDEX (by_requester) WHERE account_id = ? AND requested_by = ? AND status IN (?)',
    [accountId, userId, openStatuses],
  );
  return rows[0]?.n ?? 0;
}

/** Those that this user asked for, the newest first. */
export async function selectRequested(
  pool: Pool,
  accountId: number,
  userId: number,
  limit: number,
): Promise<ExecutionRecord[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT * FROM execution FORCE INDEX (by_requester) WHERE account_id = ? AND requested_by = ? ORDER BY id DESC LIMIT ?',
    [accountId, userId, limit],
  );
  return rows.map(executionRecord);
}
