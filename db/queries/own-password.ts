import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';

/** Null: he has none, and signs in nowhere but where a host signs for him. */
export async function findPasswordHash(
  connection: Connection,
  accountId: number,
  userId: number,
): Promise<string | null> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT password_hash FROM user WHERE account_id = ? AND id = ? AND disabled_at IS NULL',
    [accountId, userId],
  );
  return rows[0]?.password_hash ?? null;
}

/** False where it is not the one before any more. */
export async function replacePassword(
  connection: PoolConnection,
  accountId: number,
  userId: number,
  { before, after }: { before: string; after: string },
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    'UPDATE user SET password_hash = ? WHERE account_id = ? AND id = ? AND password_hash = ? AND disabled_at IS NULL',
    [after, accountId, userId, before],
  );
  return result.affectedRows === 1;
}

/** Ends whatever else this user has open. */
export async function endOtherSessionsOf(
  connection: PoolConnection,
  accountId: number,
  userId: number,
  kept: Buffer,
): Promise<void> {
  await connection.query('DELETE FROM session WHERE account_id = ? AND user_id = ? AND token_hash <> ?', [
    accountId,
    userId,
    kept,
  ]);
}
