import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { type ExecutionStatus, failuresMost } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import { smallestIdAt } from '../uuid.ts';

const failedStatuses = ['handler_failed', 'delivery_failed', 'partial_success'] as const;

/** The newest execution of a job that did not go well, and how often that was the case. */
export interface FailedJob {
  executionId: Buffer;
  jobName: string;
  type: JobType;
  status: ExecutionStatus;
  at: Date;
  error: Failure | null;
  note: string | null;
  itemsFailed: number;
  rowsRejected: number;
  /** At most `failuresMost`. */
  times: number;
  /** Null where the job was deleted. */
  job: { isEnabled: boolean; nextDueAt: Date | null } | null;
  /** A later execution of the job went well. */
  worksAgain: boolean;
}

/** Of executions made since an instant; the newest first, of so many jobs at most. Deleted jobs are among them. */
export async function selectFailedJobs(
  pool: Pool,
  accountId: number,
  since: Date,
  limit: number,
): Promise<FailedJob[]> {
  const first = smallestIdAt(since.getTime());
  const newest = await newestFailures(pool, accountId, first, limit);
  if (newest.length === 0) return [];
  const [rows, times] = await Promise.all([
    readFailures(
      pool,
      accountId,
      newest.map(({ id }) => id),
    ),
    countTimes(
      pool,
      accountId,
      first,
      newest.map(({ job_id: jobId }) => jobId),
    ),
  ]);
  return rows.map((row) => failedJob(row, times.get(row.job_id) ?? 1));
}

/** The last entry of a stretch of the index for each job and status. */
async function newestFailures(pool: Pool, accountId: number, first: Buffer, limit: number): Promise<RowDataPacket[]> {
  const newestOf = `(SELECT x.id FROM execution x FORCE INDEX (by_job_status) WHERE x.account_id = j.account_id
    AND x.job_id = j.id AND x.status = ? ORDER BY x.id DESC LIMIT 1)`;
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT job_id, MAX(id) AS id FROM (
       ${failedStatuses.map(() => `SELECT j.id AS job_id, ${newestOf} AS id FROM job j WHERE j.account_id = ?`).join(' UNION ALL ')}
     ) newest WHERE id >= ? GROUP BY job_id ORDER BY id DESC LIMIT ?`,
    [...failedStatuses.flatMap((status) => [status, accountId]), first, limit],
  );
  return rows;
}

/** job id → how often it failed since then, in any way. */
async function countTimes(
  pool: Pool,
  accountId: number,
  first: Buffer,
  jobIds: readonly number[],
): Promise<Map<number, number>> {
  const kinds = jobIds.flatMap((jobId) => failedStatuses.map((status) => ({ jobId, status })));
  const [rows] = await pool.query<RowDataPacket[]>(
    kinds
      .map(
        () => `SELECT ? AS job_id, COUNT(*) AS n FROM (SELECT 1 FROM execution FORCE INDEX (by_job_status)
          WHERE account_id = ? AND job_id = ? AND status = ? AND id >= ? LIMIT ${failuresMost}) counted`,
      )
      .join(' UNION ALL '),
    kinds.flatMap(({ jobId, status }) => [jobId, accountId, jobId, status, first]),
  );
  const times = new Map<number, number>();
  for (const { job_id: jobId, n } of rows) times.set(jobId, Math.min(failuresMost, (times.get(jobId) ?? 0) + n));
  return times;
}

async function readFailures(pool: Pool, accountId: number, ids: Buffer[]): Promise<RowDataPacket[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT e.id, e.job_id, e.job_name, e.type, e.status, COALESCE(e.ended_at, e.created_at) AS at, e.error, e.note,
       e.items_failed, e.rows_rejected, j.id AS live_job_id, j.is_enabled, j.next_due_at,
       COALESCE((SELECT s.id FROM execution s FORCE INDEX (by_job_status) WHERE s.account_id = e.account_id
         AND s.job_id = e.job_id AND s.status = 'success' ORDER BY s.id DESC LIMIT 1) > e.id, 0) AS works_again
     FROM execution e LEFT JOIN job j ON j.id = e.job_id AND j.account_id = e.account_id AND j.deleted_at IS NULL
     WHERE e.account_id = ? AND e.id IN (?) ORDER BY e.id DESC`,
    [accountId, ids],
  );
  return rows;
}

function failedJob(row: RowDataPacket, times: number): FailedJob {
  return {
    executionId: row.id,
    jobName: row.job_name,
    type: row.type,
    status: row.status,
    at: row.at,
    error: row.error === null ? null : JSON.parse(row.error),
    note: row.note,
    itemsFailed: row.items_failed,
    rowsRejected: Number(row.rows_rejected),
    times,
    job: row.live_job_id === null ? null : { isEnabled: row.is_enabled === 1, nextDueAt: row.next_due_at },
    worksAgain: row.works_again === 1,
  };
}
