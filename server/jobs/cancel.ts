import { transaction } from '../../db/database.ts';
import { endExecution } from '../../db/queries/execution-progress.ts';
import { requestCancel, requireExecution } from '../../db/queries/executions.ts';
import { dropWork } from '../../db/queries/workers.ts';
import { AppError } from '../../shared/error.ts';
import { hasEnded } from '../../shared/execution.ts';
import type { Services } from '../services.ts';

/**
 * Cancels an execution. One that has not begun ends here; one under way is told to stop, its worker hears of it within
 * about a second and writes the end. What was stored stays, and the counts tell it. Throws `not_found`, and `conflict`
 * when it has ended already, or is a day of a stream.
 */
export async function cancelExecution(services: Services, accountId: number, executionId: Buffer): Promise<void> {
  const { pool } = services.database;
  const execution = await requireExecution(pool, accountId, executionId);
  if (hasEnded(execution.status)) throw alreadyEnded();
  if (execution.triggerKind === 'stream') throw isDay(execution.jobName);
  if (execution.status === 'pending' && (await cancelPending(services, accountId, executionId))) return;
  if (!(await requestCancel(pool, accountId, executionId))) throw alreadyEnded();
}

/** False where it has begun meanwhile. */
function cancelPending({ database }: Services, accountId: number, executionId: Buffer): Promise<boolean> {
  return transaction(database.pool, async (connection) => {
    // The work first, as everybody who ends an execution does; a worker that has just claimed it loses its claim.
    const work = { kind: 'execute', accountId, subject: executionId } as const;
    const end = { status: 'cancelled', note: 'cancelled before it began' } as const;
    await connection.query('SAVEPOINT before_work');
    await dropWork(connection, work);
    if (await endExecution(connection, work, end, ['pending'])) return true;
    await connection.query('ROLLBACK TO SAVEPOINT before_work');
    return false;
  });
}

function isDay(jobName: string): AppError {
  return new AppError(
    'conflict',
    `This is today's part of "${jobName}", which runs all the time and cannot be cancelled. Disable its connector to stop it; enabled again it goes on where it was.`,
  );
}

function alreadyEnded(): AppError {
  return new AppError('conflict', 'This execution has ended already, so there is nothing to cancel.');
}
