import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Work } from './work.ts';

/**
 * Whether this worker still holds the work. In a transaction the row is locked until its end, so nobody can take the
 * work over before what is written under it is committed.
 */
export async function holdsWork(connection: Pool | PoolConnection, { id, claim }: Work): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT 1 FROM work WHERE id = ? AND claim = ? FOR UPDATE', [
    id,
    claim,
  ]);
  return rows.length === 1;
}
