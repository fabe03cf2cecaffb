import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import type { Work } from './work.ts';

/** Longer than any upload takes. */
const lookAfterHours = 24;

/** Before anything is stored: somebody looks later whether an interaction of that id came of it. */
export async function noteUpload(pool: Pool, accountId: number, interactionId: Buffer): Promise<void> {
  await pool.query(
    `INSERT INTO work (kind, account_id, subject, run_after)
     VALUES ('upload', ?, ?, NOW(3) + INTERVAL ${lookAfterHours} HOUR)`,
    [accountId, interactionId],
  );
}

/** When the interaction is there, or what was stored is removed. */
export async function forgetUpload(pool: Pool, interactionId: Buffer): Promise<void> {
  await pool.query("DELETE FROM work WHERE kind = 'upload' AND subject = ?", [interactionId]);
}

/** Whether the interaction that an upload was made for is there. */
export async function hasInteraction(
  connection: Connection,
  { accountId, subject }: Pick<Work, 'accountId' | 'subject'>,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT 1 FROM interaction WHERE id = ? AND account_id = ?', [
    subject,
    accountId,
  ]);
  return rows.length > 0;
}
