import type { LastRun } from '../../db/queries/last-runs.ts';
import type { ExecutionStatus } from '../../shared/execution.ts';

/** The newest execution of a connector or a job as the console shows it; `at` is an ISO instant. */
export interface LastRunView {
  execution_id: string;
  status: ExecutionStatus;
  at: string;
}

/** Null for what never ran. */
export function lastRunView(run: LastRun | undefined): LastRunView | null {
  return run ? { execution_id: run.executionId, status: run.status, at: run.at.toISOString() } : null;
}
