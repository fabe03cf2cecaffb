import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';

/** A stream that is to be read now. */
export interface FollowedStream {
  accountId: number;
  accountUid: Buffer;
  connectorId: number;
  connectorName: string;
  /** Its system job. */
  jobId: number;
  jobName: string;
  /** The account's; days are counted in it. */
  timezone: string;
  /** Another text after every change of what decides how it is read. */
  configuration: string;
}

const isOn = 'c.is_enabled AND c.deleted_at IS NULL AND j.is_enabled AND j.deleted_at IS NULL';

/** The streams of all accounts that are switched on: the connector and its own job. `types`: connector types with a stream. */
export async function listFollowed(pool: Pool, types: readonly string[]): Promise<FollowedStream[]> {
  if (types.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.account_id, c.id, c.name, c.updated_at, j.id AS job_id, j.name AS job_name, a.uid, a.timezone
       FROM connector c
       JOIN job_connector jc ON jc.connector_id = c.id
       JOIN job j ON j.id = jc.job_id AND j.is_system
       JOIN account a ON a.id = c.account_id
      WHERE c.type IN (?) AND c.direction = 'import' AND ${isOn} ORDER BY c.id`,
    [types],
  );
  return rows.map((row) => ({
    accountId: row.account_id,
    accountUid: row.uid,
    connectorId: row.id,
    connectorName: row.name,
    jobId: row.job_id,
    jobName: row.job_name,
    timezone: row.timezone,
    configuration: `${row.updated_at.toISOString()} ${row.timezone} ${row.job_id} ${row.job_name}`,
  }));
}

/** Whether the connector and its job are still switched on. */
export async function isFollowed(
  connection: Connection,
  { accountId, connectorId, jobId }: Pick<FollowedStream, 'accountId' | 'connectorId' | 'jobId'>,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM connector c JOIN job_connector jc ON jc.connector_id = c.id JOIN job j ON j.id = jc.job_id
      WHERE c.account_id = ? AND c.id = ? AND j.id = ? AND ${isOn}`,
    [accountId, connectorId, jobId],
  );
  return rows.length > 0;
}

/** Whether any account has a connector with a stream, switched on or not: a day of it may be open. */
export async function hasStreams(pool: Pool, types: readonly string[]): Promise<boolean> {
  if (types.length === 0) return false;
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 FROM connector WHERE type IN (?) LIMIT 1', [types]);
  return rows.length > 0;
}

/** The id of an account's import connector of that name. */
export async function findImportConnector(pool: Pool, accountId: number, name: string): Promise<number | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT id FROM connector WHERE account_id = ? AND live_name = ? AND direction = 'import'",
    [accountId, name],
  );
  return rows[0]?.id;
}
