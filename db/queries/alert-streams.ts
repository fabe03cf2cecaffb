import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { isUnsteady, onlySubject } from './alerts.ts';
import { isLive } from './stream-readers.ts';

/** How a stream stands that has ever been set up. */
export interface StreamNow {
  accountId: number;
  connectorId: number;
  connectorName: string;
  jobId: number;
  /** Whether it is to be read. */
  isOn: boolean;
  isRead: boolean;
  /** Whether some process tries to. */
  hasReader: boolean;
  error: string | null;
}

/** The streams of all accounts: those that are switched on, and those of which an alert is not over or a silence is noted. */
export async function selectStreamsNow(pool: Pool, types: readonly string[]): Promise<StreamNow[]> {
  if (types.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.account_id, c.id, c.name, j.id AS job_id,
        c.is_enabled AND c.deleted_at IS NULL AND j.is_enabled AND j.deleted_at IS NULL AS is_on,
        COUNT(r.connector_id) AS readers, COALESCE(MAX(r.state = 'following'), 0) AS is_read, MAX(r.error) AS error
       FROM connector c
       JOIN job_connector jc ON jc.connector_id = c.id
       JOIN job j ON j.id = jc.job_id AND j.is_system
       LEFT JOIN stream_reader r ON r.connector_id = c.id AND r.${isLive}
       LEFT JOIN alert a ON a.job_id = j.id AND a.kind = 'stream_failed'
        AND (a.resolved_at IS NULL OR a.${isUnsteady})
       LEFT JOIN alert s ON s.connector_id = c.id AND s.kind = 'silent_since' AND s.subject = ?
      WHERE c.type IN (?) AND c.direction = 'import'
        AND (a.id IS NOT NULL OR s.id IS NOT NULL
          OR (c.is_enabled AND c.deleted_at IS NULL AND j.is_enabled AND j.deleted_at IS NULL))
      GROUP BY c.account_id, c.id, c.name, j.id, is_on ORDER BY c.id`,
    [onlySubject, types],
  );
  return rows.map((row) => ({
    ...{ accountId: row.account_id, connectorId: row.id, connectorName: row.name, jobId: row.job_id },
    ...{ isOn: row.is_on === 1, isRead: row.is_read === 1, hasReader: row.readers > 0, error: row.error },
  }));
}

const name = "connector_id = ? AND kind = 'silent_since' AND subject = ?";

/** Notes that the stream is not being read; since when, and since how many minutes by the database's clock, that is so. */
export async function noteSilence(
  connection: PoolConnection,
  { accountId, connectorId }: Pick<StreamNow, 'accountId' | 'connectorId'>,
): Promise<{ since: Date; minutes: number }> {
  await connection.query(
    `INSERT INTO alert (account_id, connector_id, kind, subject, message, resolved_at)
       VALUES (?, ?, 'silent_since', ?, '', NOW(3)) ON DUPLICATE KEY UPDATE resolved_at = NOW(3)`,
    [accountId, connectorId, onlySubject],
  );
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT raised_at, TIMESTAMPDIFF(SECOND, raised_at, NOW(3)) / 60 AS minutes FROM alert WHERE ${name}`,
    [connectorId, onlySubject],
  );
  const [row] = rows;
  if (!row) throw new Error('a silence that was just noted is not there');
  return { since: row.raised_at, minutes: Number(row.minutes) };
}

/** It is read, or is not to be. */
export async function forgetSilence(
  connection: PoolConnection,
  { connectorId }: Pick<StreamNow, 'connectorId'>,
): Promise<void> {
  await connection.query(`DELETE FROM alert WHERE ${name}`, [connectorId, onlySubject]);
}
