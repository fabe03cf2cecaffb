import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { JobType, Schedule } from '../../shared/job.ts';
import type { ReportConfig } from '../../shared/report.ts';
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

/** The address of whoever made a job, also of a deleted one; undefined where there is no such job. */
export async function readJobCreator(
  connection: Connection,
  accountId: number,
  jobId: number,
): Promise<string | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT created_by FROM job WHERE account_id = ? AND id = ?', [
    accountId,
    jobId,
  ]);
  return rows[0]?.created_by;
}

/** Whoever made jobs has another address: what is his, such as his saved filters, stays theirs. */
export async function renameJobCreator(
  connection: Connection,
  accountId: number,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await connection.query('UPDATE job SET created_by = ? WHERE account_id = ? AND created_by = ?', [
    to,
    accountId,
    from,
  ]);
}

/** The place in a list of jobs after which it goes on. */
export type JobPlace = Pick<JobRecord, 'id' | 'nextDueAt'>;

/** Jobs of all accounts whose time has come by `now`, the oldest first, those after `place`. */
export async function dueJobs(pool: Pool, now: Date, limit: number, place?: JobPlace): Promise<JobRecord[]> {
  const later = place ? 'AND (job.next_due_at > ? OR (job.next_due_at = ? AND job.id > ?))' : '';
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM ${source} WHERE job.next_due_at <= ? AND ${isLive} ${later}
     ORDER BY job.next_due_at, job.id LIMIT ?`,
    [now, ...(place ? [place.nextDueAt, place.nextDueAt, place.id] : []), limit],
  );
  return rows.map(jobRecord);
}

/**
 * Jobs of all accounts, or of one, that nothing is owed: those due later than `now`, and those without a due time. By id.
 */
export async function idleJobs(
  pool: Pool,
  now: Date,
  limit: number,
  { afterId, accountId }: { afterId: number; accountId?: number | undefined },
): Promise<JobRecord[]> {
  const ofAccount = accountId === undefined ? '' : 'AND job.account_id = ?';
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM ${source}
     WHERE job.id > ? AND (job.next_due_at IS NULL OR job.next_due_at > ?) AND ${isLive} ${ofAccount}
     ORDER BY job.id LIMIT ?`,
    [afterId, now, ...(accountId === undefined ? [] : [accountId]), limit],
  );
  return rows.map(jobRecord);
}

/** When the next job of any account is due; with `after`, later than that. */
export async function earliestDue(pool: Pool, after?: Date): Promise<Date | null> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT job.next_due_at FROM job WHERE ${after ? 'job.next_due_at > ?' : 'job.next_due_at IS NOT NULL'} AND ${isLive}
     ORDER BY job.next_due_at LIMIT 1`,
    after ? [after] : [],
  );
  return rows[0]?.next_due_at ?? null;
}

/**
 * Locks the job for its firing and returns it as it is now, for it may have been edited since it was found. Undefined:
 * another scheduler has it or has fired it, or it was moved, disabled or deleted meanwhile.
 */
export async function lockDueJob(
  connection: PoolConnection,
  jobId: number,
  dueAt: Date,
): Promise<JobRecord | undefined> {
  // The account is not locked: another of its jobs may be firing.
  const [locked] = await connection.query<RowDataPacket[]>(
    `SELECT job.id FROM job WHERE job.id = ? AND job.next_due_at = ? AND ${isLive} FOR UPDATE SKIP LOCKED`,
    [jobId, dueAt],
  );
  if (locked.length === 0) return undefined;
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT ${columns} FROM ${source} WHERE job.id = ?`, [jobId]);
  return rows[0] && jobRecord(rows[0]);
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
