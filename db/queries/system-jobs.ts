import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Schedule } from '../../shared/job.ts';
import { looksForNew } from './executions.ts';

/** The job that the product made for a connector. */
export interface StoredSystemJob {
  id: number;
  name: string;
  isEnabled: boolean;
}

export interface NewSystemJob {
  accountId: number;
  connectorId: number;
  uid: Buffer;
  name: string;
  schedule: Schedule;
  nextDueAt: Date | null;
  createdBy: string;
}

/** The connector's system job, locked until the transaction ends, so that two arrivals make one execution. */
export async function lockSystemJob(
  connection: PoolConnection,
  accountId: number,
  connectorId: number,
): Promise<StoredSystemJob | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT j.id, j.name, j.is_enabled FROM job j JOIN job_connector jc ON jc.job_id = j.id
      WHERE j.account_id = ? AND jc.connector_id = ? AND j.is_system AND j.deleted_at IS NULL FOR UPDATE`,
    [accountId, connectorId],
  );
  const row = rows[0];
  return row && { id: row.id, name: row.name, isEnabled: row.is_enabled === 1 };
}

/** Fails with a duplicate key where the account has a job of that name. */
export async function insertSystemJob(connection: PoolConnection, job: NewSystemJob): Promise<number> {
  const { accountId, connectorId, uid, name, schedule, nextDueAt, createdBy } = job;
  const [{ insertId }] = await connection.query<ResultSetHeader>(
    `INSERT INTO job (account_id, uid, name, type, schedule, is_system, next_due_at, created_by)
     VALUES (?, ?, ?, 'data_import', ?, TRUE, ?, ?)`,
    [accountId, uid, name, JSON.stringify(schedule), nextDueAt, createdBy],
  );
  await connection.query('INSERT INTO job_connector (job_id, connector_id, position) VALUES (?, ?, 0)', [
    insertId,
    connectorId,
  ]);
  return insertId;
}

/** Fails with a duplicate key where the account has a job of that name. */
export async function renameJob(
  connection: PoolConnection,
  accountId: number,
  jobId: number,
  name: string,
): Promise<void> {
  await connection.query('UPDATE job SET name = ?, updated_at = NOW(3) WHERE account_id = ? AND id = ?', [
    name,
    accountId,
    jobId,
  ]);
}

/**
 * A run of the job that waits to begin and will look for what is new; locked, so that it cannot begin before the
 * transaction ends. A retry reads what failed, a backfill its own days.
 */
export async function lockPendingExecution(
  connection: PoolConnection,
  accountId: number,
  jobId: number,
): Promise<Buffer | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id FROM execution WHERE account_id = ? AND status = 'pending' AND job_id + 0 = ? AND ${looksForNew}
      ORDER BY id LIMIT 1 FOR UPDATE`,
    [accountId, jobId],
  );
  return rows[0]?.id;
}

export async function hasJobNamed(pool: Pool, accountId: number, name: string): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 FROM job WHERE account_id = ? AND live_name = ?', [
    accountId,
    name,
  ]);
  return rows.length > 0;
}
