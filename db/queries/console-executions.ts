import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';

/** Throws `not_found` unless the execution is the account's. */
export async function requireExecution(pool: Pool, accountId: number, executionId: Buffer): Promise<void> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 FROM execution WHERE account_id = ? AND id = ?', [
    accountId,
    executionId,
  ]);
  if (rows.length === 0)
    throw new AppError('not_found', 'This execution is not there. Open the history to see which are.');
}

export interface RejectedRowRecord {
  id: number;
  file_name: string;
  line: number;
  column: string | null;
  code: string;
  reason: string;
  raw: string;
}

export async function selectRejectedRows(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  { after, limit }: { after: number; limit: number },
): Promise<RejectedRowRecord[]> {
  const [rows] = await pool.query<(RejectedRowRecord & RowDataPacket)[]>(
    `SELECT id, file_name, line, column_name AS \`column\`, code, reason, raw FROM rejected_row
     WHERE account_id = ? AND execution_id = ? AND id > ? ORDER BY id LIMIT ?`,
    [accountId, executionId, after, limit],
  );
  return rows;
}
