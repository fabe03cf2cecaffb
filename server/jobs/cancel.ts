import { transaction } from '../../db/database.ts';
import { addLogLines } from '../../db/queries/execution-log.ts';
import { type ExecutionEnd, endExecution } from '../../db/queries/execution-progress.ts';
import { lockUnheld } from '../../db/queries/execution-waiting.ts';
import { type ExecutionRecord, requestCancel, requireExecution } from '../../db/queries/executions.ts';
import { lockDueWork } from '../../db/queries/work-claim.ts';
import { dropWork } from '../../db/queries/workers.ts';
import { AppError } from '../../shared/error.ts';
import { hasEnded } from '../../shared/execution.ts';
import type { Services } from '../services.ts';
import { endLine } from './end-line.ts';
import { storedSoFar } from './so-far.ts';

/**
 * Cancels an execution. One that nobody works on ends here: it has not begun, waits for its next attempt, or its worker has
 * not been heard of for a lease. One under way is told to stop; its worker hears of it within about a second and writes the
 * end. What was stored stays, and the counts tell it. Throws `not_found`, and `conflict`
 * when it has ended already, or is a day of a stream.
 */
export async function cancelExecution(services: Services, accountId: number, executionId: Buffer): Promise<void> {
  const { pool } = services.database;
  const execution = await requireExecution(pool, accountId, executionId);
  if (hasEnded(execution.status)) throw alreadyEnded();
  if (execution.triggerKind === 'stream') throw ofStream(execution.jobName);
  if (await cancelUnheld(services, execution)) return;
  if (!(await requestCancel(pool, accountId, executionId))) throw alreadyEnded();
  // Its worker may have put it back just before it could hear of it.
  await cancelUnheld(services, execution);
}

/** Where nobody works on it, it ends here. False where somebody has begun meanwhile. */
async function cancelUnheld(services: Services, execution: ExecutionRecord): Promise<boolean> {
  const { accountId, id, type, status } = execution;
  const work = { kind: 'execute', accountId, subject: id } as const;
  const end: ExecutionEnd =
    status === 'pending'
      ? { status: 'cancelled', note: 'cancelled before it began' }
      : { status: 'cancelled', ...(await storedSoFar(services, execution)) };
  return await transaction(services.database.pool, async (connection) => {
    // The work first, as everybody who ends an execution does; a worker that has just claimed it loses its claim.
    const isDue = await lockDueWork(connection, work);
    if (!(await lockUnheld(connection, work)) && !isDue) return false;
    await dropWork(connection, work);
    if (!(await endExecution(connection, work, end))) return false;
    await addLogLines(connection, id, [endLine(type, end)]);
    return true;
  });
}

function ofStream(jobName: string): AppError {
  return new AppError(
    'conflict',
    `This is today's part of "${jobName}", which runs all the time and cannot be cancelled. Disable its connector to stop it; enabled again it goes on where it was.`,
  );
}

function alreadyEnded(): AppError {
  return new AppError('conflict', 'This execution has ended already, so there is nothing to cancel.');
}
