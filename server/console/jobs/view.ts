import type { LastRun } from '../../../db/queries/last-runs.ts';
import type { StreamState } from '../../../shared/stream.ts';
import type { JobView as Job } from '../../configuration/jobs.ts';
import { type LastRunView, lastRunView } from '../last-run.ts';

/** A job as the console shows it. Times are ISO instants. */
export interface JobView extends Omit<Job, 'id' | 'next_due_at' | 'created_at'> {
  next_due_at: string | null;
  created_at: string;
}

export interface JobRow extends JobView {
  last_run: LastRunView | null;
  /** Of one that reads without an end: how that stands now. */
  stream_state: StreamState | null;
}

export function jobView({ id: _, next_due_at, created_at, ...job }: Job): JobView {
  return { ...job, next_due_at: next_due_at?.toISOString() ?? null, created_at: created_at.toISOString() };
}

export function jobRow(job: Job, run: LastRun | undefined, stream: StreamState | undefined): JobRow {
  return { ...jobView(job), last_run: lastRunView(run), stream_state: stream ?? null };
}
