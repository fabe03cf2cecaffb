import type { LastRun } from '../../../db/queries/console-jobs.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import type { JobType, ReportConfig, Schedule } from '../../../shared/job.ts';
import type { JobView as Job } from '../../configuration/jobs.ts';

/** A job as the console shows it. Times are ISO instants. */
export interface JobView {
  uid: string;
  name: string;
  type: JobType;
  schedule: Schedule;
  report: ReportConfig | null;
  /** By name. */
  connectors: string[];
  is_enabled: boolean;
  /** Made by the product for a connector; not to be deleted by itself. */
  is_system: boolean;
  next_due_at: string | null;
  created_by: string;
  created_at: string;
}

export interface JobRow extends JobView {
  last_run: { execution_id: string; status: ExecutionStatus; at: string } | null;
}

export function jobView({ id: _, next_due_at, created_at, ...job }: Job): JobView {
  return { ...job, next_due_at: next_due_at?.toISOString() ?? null, created_at: created_at.toISOString() };
}

export function jobRow(job: Job, run: LastRun | undefined): JobRow {
  return {
    ...jobView(job),
    last_run: run ? { execution_id: run.executionId, status: run.status, at: run.at.toISOString() } : null,
  };
}
