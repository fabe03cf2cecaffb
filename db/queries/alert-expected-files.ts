import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { looksForNew } from './executions.ts';

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

const selectLookingJob = `SELECT j.id, j.name FROM job j JOIN job_connector jc ON jc.job_id = j.id
  WHERE j.account_id = ? AND jc.connector_id = ? AND j.type = 'data_import' AND j.is_enabled AND j.deleted_at IS NULL
  ORDER BY j.id LIMIT 1`;

/** The connector's import job that is enabled; locked, so that two programs make one run. */
export async function lockLookingJob(
  connection: PoolConnection,
  { accountId, id }: Pick<ExpectingConnector, 'accountId' | 'id'>,
): Promise<{ id: number; name: string } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(`${selectLookingJob} FOR UPDATE`, [accountId, id]);
  return rows[0] && { id: rows[0].id, name: rows[0].name };
}

/** Its id, without a lock. */
export async function lookingJob(
  connection: Connection,
  { accountId, id }: Pick<ExpectingConnector, 'accountId' | 'id'>,
): Promise<number | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(selectLookingJob, [accountId, id]);
  return rows[0]?.id;
}

export interface Look {
  hasEnded: boolean;
  status: string;
}

/** The first run of a job that was made after an instant and looks for what is new. */
export async function firstRunAfter(
  connection: PoolConnection,
  accountId: number,
  jobId: number,
  since: Date,
): Promise<Look | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT status, ended_at FROM execution
      WHERE account_id = ? AND job_id = ? AND created_at > ? AND status <> 'cancelled' AND ${looksForNew}
      ORDER BY id LIMIT 1`,
    [accountId, jobId, since],
  );
  return rows[0] && { hasEnded: rows[0].ended_at !== null, status: rows[0].status };
}
