import { transaction } from '../../db/database.ts';
import { addExecution } from '../../db/queries/executions.ts';
import { type JobConnector, jobConnectors, readJob } from '../../db/queries/jobs.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';
import type { BackfillRange } from './backfill.ts';

/**
 * Makes an execution of the job now, whatever its schedule and whether or not it is enabled, and returns its id. While
 * an earlier one is under way it waits as `pending`. With a range it reads those days again, whatever was read of them.
 * Refuses a job that is gone (`not_found`), one whose connector is disabled or gone and one that never ends (`conflict`),
 * and days of an export (`invalid`).
 */
export async function triggerJob(
  { database }: Services,
  accountId: number,
  jobId: number,
  { by, range }: { by: string; range?: BackfillRange | undefined },
): Promise<Buffer> {
  const id = newId();
  await transaction(database.pool, async (connection) => {
    const job = await readJob(connection, accountId, jobId);
    if (!job)
      throw new AppError('not_found', 'This job is not there any more. Open Jobs & Pipelines to see which are.');
    if (job.schedule.frequency === 'continuous') throw runsByItself(job.name);
    const connectors = await jobConnectors(connection, accountId, jobId);
    const refusal = connectorRefusal(connectors);
    if (refusal) throw refusal;
    if (range && job.type !== 'data_import')
      throw new AppError('invalid', 'Days can be read again by an import alone; this job is an export.');
    const { name: jobName, type, report } = job;
    const connectorNames = connectors.map(({ name }) => name);
    await addExecution(connection, {
      ...{ id, accountId, jobId, jobName, type, connectorNames, report, triggeredBy: by },
      ...(range ? { triggerKind: 'backfill', range } : { triggerKind: 'manual' }),
    });
    await addWork(connection, [{ kind: 'execute', accountId, subject: id }]);
  });
  return id;
}

/** `conflict` where there is none, or one is disabled; undefined where all can be used. */
export function connectorRefusal(connectors: JobConnector[]): AppError | undefined {
  const live = connectors.filter(({ isDeleted }) => !isDeleted);
  if (live.length === 0)
    return new AppError('conflict', 'This job has no connector any more. Edit the job and choose one.');
  const disabled = live.filter(({ isEnabled }) => !isEnabled).map(({ name }) => `"${name}"`);
  if (disabled.length === 0) return undefined;
  const subject = disabled.length === 1 ? `connector ${disabled[0]} is` : `connectors ${disabled.join(', ')} are`;
  return new AppError('conflict', `The ${subject} disabled. Enable it first, or choose another one for the job.`);
}

function runsByItself(name: string): AppError {
  return new AppError(
    'conflict',
    `"${name}" runs all the time, so it cannot be started, and no days of it can be read again. Disable its connector to stop it and enable it to go on; "cqa stream reset" reads the topic again from its beginning.`,
  );
}
