import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { openStatuses } from './executions.ts';
import type { Work } from './work.ts';

type ExecutionWork = Pick<Work, 'accountId' | 'subject'>;

/** An attempt has failed: until its next one nobody works on the execution. */
export async function markWaiting(
  connection: Connection,
  { accountId, subject }: ExecutionWork,
  delayMs: number,
): Promise<void> {
  await connection.query(
    'UPDATE execution SET retry_at = NOW(3) + INTERVAL ? MICROSECOND WHERE account_id = ? AND id = ? AND status IN (?)',
    [Math.round(delayMs * 1000), accountId, subject, openStatuses],
  );
}

/** Somebody works on it. */
export async function markHeld(connection: Connection, { accountId, subject }: ExecutionWork): Promise<void> {
  await connection.query(
    'UPDATE execution SET retry_at = NULL WHERE account_id = ? AND id = ? AND retry_at IS NOT NULL',
    [accountId, subject],
  );
}

/** Whether an execution has not begun, or waits for its next attempt; locked until the end of the transaction. */
export async function lockUnheld(connection: PoolConnection, { accountId, subject }: ExecutionWork): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT status = 'pending' OR retry_at IS NOT NULL AS is_unheld FROM execution WHERE account_id = ? AND id = ? FOR UPDATE",
    [accountId, subject],
  );
  return rows[0]?.is_unheld === 1;
}
