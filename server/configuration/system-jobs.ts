import type { PoolConnection } from 'mysql2/promise';
import { isDuplicateKey } from '../../db/database.ts';
import { databaseNow } from '../../db/queries/clock.ts';
import { hasJobNamed, insertSystemJob, lockSystemJob, renameJob } from '../../db/queries/system-jobs.ts';
import { newId } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { ConnectorOwner, SystemJob } from '../connectors/connector.ts';
import { nextDue } from '../schedule/schedule.ts';
import { addRun } from '../schedule/system-job.ts';
import type { Services } from '../services.ts';

/** A connector that was saved, as its job needs to know it. */
export interface SavedConnector extends ConnectorOwner {
  name: string;
  /** The account's. */
  timezone: string;
  isEnabled: boolean;
  by: string;
}

/**
 * Makes the job that goes with a connector, under the connector's name, and starts its first run where the type says so;
 * later it only follows the connector's name. A stream's job has neither a due time nor a first run: while it and its
 * connector are enabled, the role `stream` follows them. Throws `conflict` where the name is another job's.
 */
export async function saveSystemJob(
  connection: PoolConnection,
  { schedule, startsAtOnce }: SystemJob,
  { accountId, connectorId, name, timezone, isEnabled, by }: SavedConnector,
): Promise<void> {
  try {
    const job = await lockSystemJob(connection, accountId, connectorId);
    if (job) {
      if (job.name !== name) await renameJob(connection, accountId, job.id, name);
      return;
    }
    const nextDueAt = nextDue(schedule, timezone, await databaseNow(connection));
    const id = await insertSystemJob(connection, {
      ...{ accountId, connectorId, uid: newId(), name, schedule, nextDueAt, createdBy: by },
    });
    if (startsAtOnce && isEnabled) await addRun(connection, accountId, { id, name }, { kind: 'connector_saved', by });
  } catch (error) {
    if (isDuplicateKey(error)) throw jobNameTaken(name);
    throw error;
  }
}

/** Refuses before anything is written what saveSystemJob() would refuse: `conflict` where the name is another job's. */
export async function requireFreeJobName(services: Services, accountId: number, name: string): Promise<void> {
  if (await hasJobNamed(services.database.pool, accountId, name)) throw jobNameTaken(name);
}

function jobNameTaken(name: string): AppError {
  return new AppError(
    'conflict',
    `There is already a job "${name}", and this connector's own job gets the connector's name. Rename that job, or choose another name for the connector.`,
    { field: 'name' },
  );
}
