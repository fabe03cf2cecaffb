import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';

/** A place in storage that no recording refers to, or soon none. */
export interface Leftover {
  accountId: number;
  interactionId: Buffer;
  storageKey: string;
}

/** Has them removed after a while, where no recording refers to them then. */
export async function noteLeftovers(connection: Pool | PoolConnection, list: readonly Leftover[]): Promise<void> {
  if (list.length === 0) return;
  await connection.query(
    `INSERT INTO storage_leftover (account_id, interaction_id, storage_key, since)
     VALUES ${list.map(() => '(?,?,?,NOW(3))').join(',')}`,
    list.flatMap(({ accountId, interactionId, storageKey }) => [accountId, interactionId, storageKey]),
  );
}

/** The same for all recordings of these interactions that lie in storage. */
export async function noteReplaced(connection: PoolConnection, accountId: number, ids: Buffer[]): Promise<void> {
  await connection.query(
    `INSERT INTO storage_leftover (account_id, interaction_id, storage_key, since)
     SELECT account_id, interaction_id, storage_key, NOW(3) FROM recording
      WHERE account_id = ? AND interaction_id IN (?) AND storage_key IS NOT NULL`,
    [accountId, ids],
  );
}

export interface ListedLeftover {
  id: number;
  accountId: number;
  storageKey: string;
  isReferredTo: boolean;
}

/** Those that were noted before that time, the oldest first. */
export async function listLeftovers(pool: Pool, before: Date, limit: number): Promise<ListedLeftover[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT l.id, l.account_id, l.storage_key, EXISTS (SELECT 1 FROM recording r WHERE r.interaction_id = l.interaction_id
          AND r.account_id = l.account_id AND r.storage_key = l.storage_key) AS is_referred_to
       FROM storage_leftover l WHERE l.since < ? ORDER BY l.since, l.id LIMIT ?`,
    [before, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    storageKey: row.storage_key,
    isReferredTo: row.is_referred_to === 1,
  }));
}

export async function forgetLeftover(pool: Pool, { id, accountId }: ListedLeftover): Promise<void> {
  await pool.query('DELETE FROM storage_leftover WHERE id = ? AND account_id = ?', [id, accountId]);
}
