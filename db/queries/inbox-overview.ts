import type { Pool, RowDataPacket } from 'mysql2/promise';

/** An inbox of an account and what lies in it. */
export interface InboxUsage {
  uid: Buffer;
  name: string;
  username: string;
  isEnabled: boolean;
  /** The connector's configuration, without secrets, as JSON. */
  config: string;
  files: number;
  uploading: number;
  bytes: number;
  lastArrivalAt: Date | null;
}

export async function selectInboxes(pool: Pool, accountId: number): Promise<InboxUsage[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.uid, c.name, c.is_enabled, c.config, l.username,
        COUNT(CASE WHEN f.state = 'complete' THEN 1 END) AS files,
        COUNT(CASE WHEN f.upload_token IS NOT NULL THEN 1 END) AS uploading,
        COALESCE(SUM(f.byte_size + f.upload_size), 0) AS bytes,
        MAX(CASE WHEN f.state = 'complete' THEN f.written_at END) AS last_arrival_at
       FROM inbox_login l JOIN connector c ON c.id = l.connector_id AND c.account_id = l.account_id
       LEFT JOIN inbox_file f ON f.connector_id = l.connector_id AND f.account_id = l.account_id AND NOT f.is_folder
      WHERE l.account_id = ? AND c.deleted_at IS NULL GROUP BY c.id, l.username ORDER BY c.name`,
    [accountId],
  );
  return rows.map((row) => ({
    uid: row.uid,
    name: row.name,
    username: row.username.toString(),
    isEnabled: row.is_enabled === 1,
    config: row.config,
    files: row.files,
    uploading: row.uploading,
    bytes: Number(row.bytes),
    lastArrivalAt: row.last_arrival_at,
  }));
}

export interface RecentSession {
  inbox: string;
  remoteAddress: string;
  client: string;
  files: number;
  bytes: number;
  startedAt: Date;
  endedAt: Date | null;
  endReason: string | null;
}

/** The newest sessions of all inboxes of an account. */
export async function recentSessions(pool: Pool, accountId: number, limit: number): Promise<RecentSession[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT s.*, c.name FROM inbox_session s JOIN connector c ON c.id = s.connector_id AND c.account_id = s.account_id
      WHERE s.account_id = ? ORDER BY s.id DESC LIMIT ?`,
    [accountId, limit],
  );
  return rows.map((row) => ({
    inbox: row.name,
    remoteAddress: row.remote_address,
    client: row.client,
    files: row.files_received,
    bytes: Number(row.bytes_received),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
  }));
}

export interface RecentFile {
  inbox: string;
  path: string;
  state: 'uploading' | 'complete';
  /** Of a file that is being uploaded: as much as has come. */
  bytes: number;
  at: Date;
}

/** The files that came last, or are coming, in all inboxes of an account. */
export async function recentFiles(pool: Pool, accountId: number, limit: number): Promise<RecentFile[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT f.path, f.upload_token IS NOT NULL AS is_uploading, f.byte_size, f.upload_size, f.written_at, c.name
       FROM inbox_file f JOIN connector c ON c.id = f.connector_id AND c.account_id = f.account_id
      WHERE f.account_id = ? AND c.deleted_at IS NULL AND NOT f.is_folder ORDER BY f.written_at DESC LIMIT ?`,
    [accountId, limit],
  );
  return rows.map((row) => ({
    inbox: row.name,
    path: row.path.toString('utf8'),
    state: row.is_uploading === 1 ? 'uploading' : 'complete',
    bytes: Number(row.is_uploading === 1 ? row.upload_size : row.byte_size),
    at: row.written_at,
  }));
}
