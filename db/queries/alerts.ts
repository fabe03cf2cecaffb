import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { uuidText } from '../uuid.ts';
import { removeInPieces } from './remove-in-pieces.ts';

/** `expecting_since` is never raised: its time says since when a connector has expected something. */
export type AlertKind = 'expected_file' | 'expecting_since';

/** What an alert is about; there is one of each. */
export interface AlertName {
  accountId: number;
  connectorId: number;
  kind: AlertKind;
  /** A SHA-256. */
  subject: Buffer;
}

export interface AlertShown {
  id: number;
  kind: AlertKind;
  connector: { uid: string; name: string };
  message: string;
  raised_at: string;
}

/** Raises it; one that is there already stays as it is. */
export async function raiseAlert(
  connection: Connection,
  { accountId, connectorId, kind, subject }: AlertName,
  { message, details }: { message: string; details: unknown },
): Promise<void> {
  await connection.query(
    `INSERT INTO alert (account_id, connector_id, kind, subject, message, details) VALUES (?, ?, ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE id = alert.id`,
    [accountId, connectorId, kind, subject, message.slice(0, 1000), JSON.stringify(details)],
  );
}

/** Also for what was never raised: it then need not be looked for again. */
export async function resolveAlert(
  connection: Connection,
  { accountId, connectorId, kind, subject }: AlertName,
): Promise<void> {
  await connection.query(
    `INSERT INTO alert (account_id, connector_id, kind, subject, message, resolved_at) VALUES (?, ?, ?, ?, '', NOW(3))
     ON DUPLICATE KEY UPDATE resolved_at = COALESCE(resolved_at, NOW(3))`,
    [accountId, connectorId, kind, subject],
  );
}

/** When the alert was first noted; undefined where it was not. */
export async function alertNotedAt(
  connection: Connection,
  { accountId, connectorId, kind, subject }: AlertName,
): Promise<Date | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT raised_at FROM alert WHERE account_id = ? AND connector_id = ? AND kind = ? AND subject = ?',
    [accountId, connectorId, kind, subject],
  );
  return rows[0]?.raised_at;
}

/** What a connector's open alerts of a kind are about. */
export async function selectOpenAlerts(
  connection: Connection,
  { accountId, connectorId, kind }: Omit<AlertName, 'subject'>,
): Promise<{ subject: Buffer; details: unknown }[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT subject, details FROM alert WHERE account_id = ? AND connector_id = ? AND kind = ? AND resolved_at IS NULL',
    [accountId, connectorId, kind],
  );
  return rows.map(({ subject, details }) => ({ subject, details: JSON.parse(details) }));
}

/** What is open, the newest first. */
export async function listOpenAlerts(pool: Pool, accountId: number): Promise<AlertShown[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT a.id, a.kind, a.message, a.raised_at, c.uid, c.name
       FROM alert a JOIN connector c ON c.id = a.connector_id
      WHERE a.account_id = ? AND a.resolved_at IS NULL AND c.deleted_at IS NULL ORDER BY a.id DESC LIMIT 200`,
    [accountId],
  );
  return rows.map((row) => ({
    ...{ id: row.id, kind: row.kind, message: row.message, raised_at: row.raised_at.toISOString() },
    connector: { uid: uuidText(row.uid), name: row.name },
  }));
}

/** False where the account has no such open alert. */
export async function dismissAlert(pool: Pool, accountId: number, id: number): Promise<boolean> {
  const [result] = await pool.query(
    'UPDATE alert SET resolved_at = NOW(3) WHERE account_id = ? AND id = ? AND resolved_at IS NULL',
    [accountId, id],
  );
  return (result as { affectedRows: number }).affectedRows === 1;
}

const keptDays = 30;

export async function removeOldAlerts(pool: Pool): Promise<void> {
  await removeInPieces(pool, 'DELETE FROM alert WHERE resolved_at < NOW(3) - INTERVAL ? DAY', [keptDays]);
}

/** An import connector that expects files. */
export interface ExpectingConnector {
  id: number;
  accountId: number;
  name: string;
  /** The account's. */
  timezone: string;
  config: { expected_files: unknown };
}

/** Of all accounts. */
export async function selectExpectingConnectors(pool: Pool): Promise<ExpectingConnector[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.id, c.account_id, c.name, c.config, a.timezone
       FROM connector c JOIN account a ON a.id = c.account_id
      WHERE c.direction = 'import' AND c.is_enabled AND c.deleted_at IS NULL
        AND JSON_LENGTH(c.config, '$.expected_files') > 0`,
  );
  return rows.map((row) => ({
    ...{ id: row.id, accountId: row.account_id, name: row.name, timezone: row.timezone },
    config: JSON.parse(row.config),
  }));
}

const arrivalsLookedAt = 1_000;

/** The keys of items that came after `since` and are complete, whose end is LIKE a pattern in lower case; the newest. */
export async function selectArrivals(
  pool: Pool,
  { accountId, id }: Pick<ExpectingConnector, 'accountId' | 'id'>,
  since: Date,
  pattern: string,
): Promise<string[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT item_key FROM source_item
      WHERE connector_id = ? AND account_id = ? AND created_at > ? AND state <> 'waiting'
        AND LOWER(CONVERT(item_key USING utf8mb4)) LIKE ?
      ORDER BY created_at DESC LIMIT ?`,
    [id, accountId, since, `%${pattern}`, arrivalsLookedAt],
  );
  return rows.map((row) => row.item_key.toString());
}

/** The connector's import job that is enabled; locked, so that two programs make one run. */
export async function lockLookingJob(
  connection: PoolConnection,
  { accountId, id }: Pick<ExpectingConnector, 'accountId' | 'id'>,
): Promise<{ id: number; name: string } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT j.id, j.name FROM job j JOIN job_connector jc ON jc.job_id = j.id
      WHERE j.account_id = ? AND jc.connector_id = ? AND j.type = 'data_import' AND j.is_enabled AND j.deleted_at IS NULL
      ORDER BY j.id LIMIT 1 FOR UPDATE`,
    [accountId, id],
  );
  return rows[0] && { id: rows[0].id, name: rows[0].name };
}

export interface Look {
  hasEnded: boolean;
  status: string;
}

/** The first run of a job that was made after an instant. */
export async function firstRunAfter(
  connection: PoolConnection,
  accountId: number,
  jobId: number,
  since: Date,
): Promise<Look | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT status, ended_at FROM execution WHERE account_id = ? AND job_id = ? AND created_at > ? AND status <> 'cancelled'
      ORDER BY id LIMIT 1`,
    [accountId, jobId, since],
  );
  return rows[0] && { hasEnded: rows[0].ended_at !== null, status: rows[0].status };
}
