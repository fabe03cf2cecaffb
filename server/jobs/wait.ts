import { setTimeout as delay } from 'node:timers/promises';
import { readExecutionProgress } from '../../db/queries/executions.ts';
import { type ExecutionStatus, hasEnded } from '../../shared/execution.ts';
import type { Services } from '../services.ts';

export interface WaitOptions {
  /** Told at every look: the state, and the rows stored by now. */
  progress?: (seen: { status: ExecutionStatus; rows: number }) => void;
}

const lookMs = 250;

/** Waits until the execution has ended and says how. Throws `not_found`. */
export async function waitForExecution(
  { database }: Services,
  accountId: number,
  executionId: Buffer,
  { progress }: WaitOptions = {},
): Promise<ExecutionStatus> {
  for (;;) {
    const seen = await readExecutionProgress(database.pool, accountId, executionId);
    progress?.(seen);
    if (hasEnded(seen.status)) return seen.status;
    await delay(lookMs);
  }
}
