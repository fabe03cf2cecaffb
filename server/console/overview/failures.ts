import { type FailedJob, selectFailedJobs } from '../../../db/queries/overview-failures.ts';
import { uuidText } from '../../../db/uuid.ts';
import { type ErrorKind, errorCodes } from '../../../shared/error.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import type { JobType } from '../../../shared/job.ts';
import type { Services } from '../../services.ts';
import { adminOfConsole } from '../trpc.ts';

/** A job whose newest failure of the last days somebody should look at. Times are ISO instants. */
export interface FailureView {
  execution_id: string;
  job_name: string;
  type: JobType;
  status: ExecutionStatus;
  at: string;
  message: string | null;
  /** Who can mend it: whoever configures (`config`), time (`transient`), whoever runs the installation (`system`). */
  kind: ErrorKind | null;
  note: string | null;
  items_failed: number;
  rows_rejected: number;
  /** How often the job failed in these days; `failuresMost` means at least. */
  times: number;
  job: { is_enabled: boolean; next_due_at: string | null } | null;
  works_again: boolean;
}

const lookBackMs = 7 * 24 * 3_600_000;
const jobsShown = 10;

export const failures = adminOfConsole.query(({ ctx }): Promise<FailureView[]> => {
  return readFailures(ctx.services, ctx.session.accountId, new Date());
});

/** Those that still fail first, each of both kinds with the newest first. */
export async function readFailures(services: Services, accountId: number, now: Date): Promise<FailureView[]> {
  const since = new Date(now.getTime() - lookBackMs);
  const failed = await selectFailedJobs(services.database.pool, accountId, since, jobsShown);
  return failed.map(view).sort((one, other) => Number(one.works_again) - Number(other.works_again));
}

function view({ executionId, error, job, at, ...failed }: FailedJob): FailureView {
  return {
    execution_id: uuidText(executionId),
    ...{ job_name: failed.jobName, type: failed.type, status: failed.status, at: at.toISOString(), note: failed.note },
    message: error?.message ?? null,
    kind: error ? errorCodes[error.code].kind : null,
    ...{ items_failed: failed.itemsFailed, rows_rejected: failed.rowsRejected, times: failed.times },
    job: job && { is_enabled: job.isEnabled, next_due_at: job.nextDueAt?.toISOString() ?? null },
    works_again: failed.worksAgain,
  };
}
