import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { JobType, ReportConfig, Schedule } from '../../shared/job.ts';
import type { Connection } from '../database.ts';

/** What firing and running a job needs of it. */
export interface JobRecord {
  id: number;
  accountId: number;
  name: string;
  type: JobType;
  schedule: Schedule;
  report: ReportConfig | undefined;
  /** The account's zone, for schedules that name none. */
  accountZone: string;
  nextDueAt: Date | null;
}

export interface JobConnector {
  id: number;
  name: string;
  isEnabled: boolean;
  isDeleted: boolean;
}

const columns =
  'job.id, job.account_id, job.name, job.type, job.schedule, job.report, job.next_due_at, account.timezone';
const source = 'job JOIN account ON account.id = job.account_id';
const isLive = 'job.is_enabled AND job.deleted_at IS NULL';

/** The job, or undefined when there is none in the account or it was deleted. */
export async function readJob(
  connection: Connection,
  accountId: number,
  jobId: number,
): Promise<JobRecord | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM ${source} WHERE job.account_id = ? AND job.id = ? AND job.deleted_at IS NULL`,
    [accountId, jobId],
  );
  return rows[0] && jobRecord(rows[0]);
}

/** Jobs of all accounts whose time has come by `now`, the oldest first. */
export async function dueJobs(pool: Pool, now: Date, limit: number): Promise<JobRecord[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM ${source} WHERE job.next_due_at <= ? AND ${isLive} ORDER BY job.next_due_at, job.id LIMIT ?`,
    [now, limit],
  );
  return rows.map(jobRecord);
}

/** Jobs of all accounts that have no due time yet: new ones, and those that are done for good. */
export async function unplannedJobs(pool: Pool): Promise<JobRecord[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM ${source} WHERE job.next_due_at IS NULL AND ${isLive}`,
  );
  return rows.map(jobRecord);
}

/** When the next job of any account is due. */
export async function earliestDue(pool: Pool): Promise<Date | null> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT job.next_due_at FROM job WHERE job.next_due_at IS NOT NULL AND ${isLive} ORDER BY job.next_due_at LIMIT 1`,
  );
  return rows[0]?.next_due_at ?? null;
}

/**
 * Locks the job for its firing and says whether it is still due at `dueAt`. False: another scheduler has it or has
 * fired it, or it was edited, disabled or deleted meanwhile.
 */
export async function lockDueJob(connection: PoolConnection, jobId: number, dueAt: Date): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT job.id FROM job WHERE job.id = ? AND job.next_due_at = ? AND ${isLive} FOR UPDATE SKIP LOCKED`,
    [jobId, dueAt],
  );
  return rows.length === 1;
}

/** Moves the job's due time, unless somebody moved it since it was read. */
export async function moveNextDue(
  connection: Connection,
  { accountId, id, nextDueAt }: Pick<JobRecord, 'accountId' | 'id' | 'nextDueAt'>,
  next: Date | null,
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    'UPDATE job SET next_due_at = ? WHERE account_id = ? AND id = ? AND next_due_at <=> ?',
    [next, accountId, id, nextDueAt],
  );
  return result.affectedRows === 1;
}

/** The job's connectors in their order, deleted ones too, so that a run can say what is missing. */
export async function jobConnectors(connection: Connection, accountId: number, jobId: number): Promise<JobConnector[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT connector.id, connector.name, connector.is_enabled, connector.deleted_at
     FROM job_connector JOIN connector ON connector.id = job_connector.connector_id
     WHERE job_connector.job_id = ? AND connector.account_id = ? ORDER BY job_connector.position`,
    [jobId, accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    isEnabled: row.is_enabled === 1,
    isDeleted: row.deleted_at !== null,
  }));
}

function jobRecord(row: RowDataPacket): JobRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    type: row.type,
    schedule: JSON.parse(row.schedule),
    report: row.report === null ? undefined : JSON.parse(row.report),
    accountZone: row.timezone,
    nextDueAt: row.next_due_at,
  };
}
