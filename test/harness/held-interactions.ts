import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { newId } from '../../db/uuid.ts';

/** Calls that somebody has stored and not committed: whoever stores them, too, waits. */
export interface HeldInteractions {
  /**
   * The connections that store an interaction now. The holder's own is never among them: the server may list its last
   * statement for a moment after it was answered.
   */
  whoWaits(): Promise<number[]>;
  letGo(): Promise<void>;
}

export async function holdInteractions(pool: Pool, accountId: number, ids: string[]): Promise<HeldInteractions> {
  const holder = await pool.getConnection();
  await holder.beginTransaction();
  for (const id of ids) await insert(holder, accountId, id);
  return {
    async whoWaits() {
      const [rows] = await pool.query<RowDataPacket[]>(
        `SELECT ID AS id FROM information_schema.PROCESSLIST
         WHERE DB = DATABASE() AND ID <> ? AND INFO LIKE 'INSERT INTO interaction%'`,
        [holder.threadId],
      );
      return rows.map(({ id }) => id);
    },
    async letGo() {
      await holder.rollback();
      holder.release();
    },
  };
}

async function insert(connection: PoolConnection, accountId: number, externalId: string): Promise<void> {
  await connection.query(
    `INSERT INTO interaction (id, account_id, external_id, channel_type, occurred_at, metadata, content_hash,
       connector_id, source_item_id, source_line, status_modified_at, created_at)
     VALUES (?, ?, ?, 'VOICE', NOW(3), '{}', '', 0, 0, 0, NOW(3), NOW(3))`,
    [newId(), accountId, externalId],
  );
}
