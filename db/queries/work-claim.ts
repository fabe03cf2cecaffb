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

/** The ids of the work that is still ours; locked until the end of the transaction. */
export async function lockHeld(connection: PoolConnection, list: readonly Work[]): Promise<Set<number>> {
  const claims = new Map(list.map(({ id, claim }) => [id, claim]));
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id, claim FROM work WHERE id IN (?) ORDER BY id FOR UPDATE',
    [[...claims.keys()]],
  );
  return new Set(rows.filter((row) => claims.get(row.id) === row.claim).map((row) => row.id));
}

/** Ends work that is locked and ours. */
export async function removeWork(connection: PoolConnection, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await connection.query('DELETE FROM work WHERE id IN (?)', [ids]);
}
