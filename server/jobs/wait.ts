import { setTimeout as delay } from 'node:timers/promises';
import { readExecutionProgress } from '../../db/queries/executions.ts';
import { AppError } from '../../shared/error.ts';
import { type ExecutionStatus, hasEnded } from '../../shared/execution.ts';
import type { Services } from '../services.ts';

export interface WaitOptions {
  signal?: AbortSignal;
  /** Told at every look: the state, and the rows stored by now. */
  progress?: (seen: { status: ExecutionStatus; rows: number }) => void;
}

const lookMs = 250;

/** Waits until the execution has ended and says how. Throws `not_found`, and the signal's reason when it aborts. */
export async function runJobAndWait(
  { database }: Services,
  executionId: Buffer,
  { signal, progress }: WaitOptions = {},
): Promise<ExecutionStatus> {
  for (;;) {
    const seen = await readExecutionProgress(database.pool, executionId);
    if (!seen) throw new AppError('not_found', 'This execution is not there. Open the history to see which are.');
    progress?.(seen);
    if (hasEnded(seen.status)) return seen.status;
    await delay(lookMs, undefined, signal ? { signal } : {});
  }
}
