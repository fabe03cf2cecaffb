import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { smallestIdAt } from '../uuid.ts';
import { removeInPieces } from './remove-in-pieces.ts';

/** An item that an execution saw and left for later. */
export interface WaitingItem {
  key: string;
  /** Bytes, where known. */
  size: number | undefined;
  /** In words for a person: `still being uploaded: calls.csv.part`. */
  reason: string;
}

export type NewWaitingItem = WaitingItem & { keyHash: Buffer };

const keyBytes = 1024;
const reasonLength = 500;

/** Keeps items that wait, with the reason; one that is kept already gets the new reason. */
export async function addWaitingItems(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
  items: NewWaitingItem[],
): Promise<void> {
  if (items.length === 0) return;
  await connection.query(
    `INSERT INTO waiting_item (execution_id, key_hash, account_id, item_key, byte_size, reason) VALUES ?
     ON DUPLICATE KEY UPDATE reason = VALUES(reason), byte_size = VALUES(byte_size)`,
    [
      items.map(({ key, keyHash, size, reason }) => [
        executionId,
        keyHash,
        accountId,
        Buffer.from(key).subarray(0, keyBytes),
        size ?? null,
        reason.slice(0, reasonLength),
      ]),
    ],
  );
}

/** Forgets what waited, because the source is listed again. */
export async function removeWaitingItems(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
): Promise<void> {
  await connection.query('DELETE FROM waiting_item WHERE account_id = ? AND execution_id = ?', [
    accountId,
    executionId,
  ]);
}

/** In order of key. */
export async function listWaitingItems(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  limit = 1000,
): Promise<WaitingItem[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT item_key, byte_size, reason FROM waiting_item WHERE account_id = ? AND execution_id = ?
      ORDER BY item_key LIMIT ?`,
    [accountId, executionId, limit],
  );
  return rows.map((row) => ({
    key: row.item_key.toString(),
    size: row.byte_size ?? undefined,
    reason: row.reason,
  }));
}

const keptDays = 90;

/** The history then only says how many waited. Ids of executions grow with time, so the old ones are a stretch of it. */
export async function removeOldWaitingItems(pool: Pool): Promise<void> {
  const before = smallestIdAt(Date.now() - keptDays * 24 * 3_600_000);
  await removeInPieces(pool, 'DELETE FROM waiting_item WHERE execution_id < ?', [before]);
}
