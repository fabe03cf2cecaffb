import type { PoolConnection } from 'mysql2/promise';
import { addExecution, type TriggerKind } from '../../db/queries/executions.ts';
import { jobConnectors } from '../../db/queries/jobs.ts';
import { lockPendingExecution, lockSystemJob } from '../../db/queries/system-jobs.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId } from '../../db/uuid.ts';

/**
 * Something has arrived for this connector: its system job runs, in the transaction that makes the arrival count, so that
 * none of them is missed. An execution that waits to begin will see it too, so there is never a second one. Undefined
 * where the job or the connector is disabled, or where there is no such job; the next run that is due then takes it.
 */
export async function triggerSystemJob(
  connection: PoolConnection,
  accountId: number,
  connectorId: number,
  by: string,
): Promise<Buffer | undefined> {
  const job = await lockSystemJob(connection, accountId, connectorId);
  if (!job?.isEnabled) return undefined;
  const waiting = await lockPendingExecution(connection, accountId, job.id);
  return waiting ?? (await addRun(connection, accountId, job, { kind: 'arrival', by }));
}

/** Adds an execution of an import job. Undefined where its connector is disabled. */
export async function addRun(
  connection: PoolConnection,
  accountId: number,
  { id: jobId, name: jobName }: { id: number; name: string },
  { kind, by }: { kind: TriggerKind; by: string },
): Promise<Buffer | undefined> {
  const connectors = await jobConnectors(connection, accountId, jobId);
  if (!connectors.some(({ isEnabled, isDeleted }) => isEnabled && !isDeleted)) return undefined;
  const id = newId();
  await addExecution(connection, {
    ...{ id, accountId, jobId, jobName, type: 'data_import', triggerKind: kind, triggeredBy: by },
    connectorNames: connectors.map(({ name }) => name),
  });
  await addWork(connection, [{ kind: 'execute', accountId, subject: id }]);
  return id;
}
