import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { DeliveryPlace } from './reports.ts';

/** How a delivery stands of which there is nothing yet but copies for its links. */
export const copied = 'copied';

/**
 * Keeps until when plain copies of these parts, which are about to be made, may be in the storage; how a delivery has fared
 * so far stays. True: there may be some already, of an attempt before. In a transaction.
 */
export async function noteCopies(
  connection: PoolConnection,
  accountId: number,
  { partIds, connectorId }: DeliveryPlace,
  until: Date,
): Promise<boolean> {
  const [before] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM delivery WHERE part_id IN (?) AND connector_id = ? AND account_id = ? AND copies_until IS NOT NULL LIMIT 1`,
    [partIds, connectorId, accountId],
  );
  await connection.query(
    `INSERT INTO delivery (part_id, connector_id, account_id, status, copies_until) VALUES ?
     ON DUPLICATE KEY UPDATE copies_until = GREATEST(COALESCE(copies_until, ?), ?)`,
    [partIds.map((id) => [id, connectorId, accountId, copied, until]), until, until],
  );
  return before.length > 0;
}

/** A part of which the storage keeps a plain copy for somebody's link. */
export interface LinkedCopy {
  id: number;
  fileName: string;
  accountId: number;
  connectorId: number;
}

/** Copies whose links have ended, of all accounts. */
export async function listEndedCopies(pool: Pool, now: Date, limit: number): Promise<LinkedCopy[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT p.id, p.file_name, p.account_id, d.connector_id FROM delivery d JOIN report_part p ON p.id = d.part_id
      WHERE d.copies_until < ? ORDER BY d.copies_until LIMIT ?`,
    [now, limit],
  );
  return rows.map((row) => ({
    ...{ id: row.id, fileName: row.file_name },
    ...{ accountId: row.account_id, connectorId: row.connector_id },
  }));
}

/** They are gone, and nobody answers their links any more. */
export async function forgetCopies(
  pool: Pool,
  accountId: number,
  { partIds, connectorId }: DeliveryPlace,
): Promise<void> {
  await pool.query(
    'UPDATE delivery SET copies_until = NULL WHERE part_id IN (?) AND connector_id = ? AND account_id = ?',
    [partIds, connectorId, accountId],
  );
}
