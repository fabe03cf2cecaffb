import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { InboxOwner } from './inbox-files.ts';

/** A session that has said nothing for so long belonged to a server that is gone. */
const silentSeconds = 90;

const isOpen = `ended_at IS NULL AND seen_at > NOW(3) - INTERVAL ${silentSeconds} SECOND`;

export async function openInboxSession(
  pool: Pool,
  { accountId, connectorId }: InboxOwner,
  { remoteAddress, client }: { remoteAddress: string; client: string },
): Promise<number> {
  const [{ insertId }] = await pool.query<ResultSetHeader>(
    `INSERT INTO inbox_session (account_id, connector_id, remote_address, client) VALUES (?, ?, ?, ?)`,
    [accountId, connectorId, remoteAddress.slice(0, 64), client.slice(0, 191)],
  );
  return insertId;
}

/** Sessions of a login that are open now, on every server. */
export async function openSessionsOf(pool: Pool, connectorId: number): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM inbox_session WHERE connector_id = ? AND ${isOpen}`,
    [connectorId],
  );
  return rows[0]?.n ?? 0;
}

export interface SessionCounts {
  files: number;
  bytes: number;
}

export async function seeInboxSession(pool: Pool, id: number, { files, bytes }: SessionCounts): Promise<void> {
  await pool.query(
    'UPDATE inbox_session SET files_received = ?, bytes_received = ?, seen_at = NOW(3) WHERE id = ? AND ended_at IS NULL',
    [files, bytes, id],
  );
}

export async function endInboxSession(
  pool: Pool,
  id: number,
  { files, bytes }: SessionCounts,
  reason: string,
): Promise<void> {
  await pool.query(
    `UPDATE inbox_session SET files_received = ?, bytes_received = ?, seen_at = NOW(3), ended_at = NOW(3), end_reason = ?
      WHERE id = ?`,
    [files, bytes, reason.slice(0, 191), id],
  );
}

/** Ends those whose server is gone. */
export async function endSilentSessions(pool: Pool): Promise<void> {
  await pool.query(
    `UPDATE inbox_session SET ended_at = seen_at, end_reason = 'the server ended without notice'
      WHERE ended_at IS NULL AND seen_at <= NOW(3) - INTERVAL ${silentSeconds} SECOND`,
  );
}

const keptDays = 90;

export async function removeOldInboxSessions(pool: Pool): Promise<void> {
  await pool.query(`DELETE FROM inbox_session WHERE ended_at < NOW(3) - INTERVAL ${keptDays} DAY LIMIT 10000`);
}
