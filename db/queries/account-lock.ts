import type { PoolConnection, RowDataPacket } from 'mysql2/promise';

/**
 * Of everything that asks for it, such as changing an account's keys or adding a job, one runs at a time: whoever holds
 * the account's row, until its transaction ends. False: there is no such account.
 */
export async function lockAccount(connection: PoolConnection, accountId: number): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT id FROM account WHERE id = ? FOR UPDATE', [accountId]);
  return rows.length === 1;
}
