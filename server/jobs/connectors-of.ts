import { chosenConnectors } from '../../db/queries/execution-connectors.ts';
import type { ExecutionRecord } from '../../db/queries/executions.ts';
import { jobConnectors } from '../../db/queries/jobs.ts';
import { recipientId } from '../../db/queries/reports.ts';
import { AppError } from '../../shared/error.ts';
import { getAccountById } from '../accounts/account.ts';
import { type LoadedConnector, loadConnector } from '../connectors/load.ts';
import { connectorType } from '../connectors/registry.ts';
import type { Services } from '../services.ts';

/**
 * What an execution reads from or delivers to: its job's connectors, or those chosen for it and the mailbox of whoever
 * asked. Throws `invalid` where there is none or an import's is disabled, `not_found` for a deleted one.
 */
export async function connectorsOf(services: Services, execution: ExecutionRecord): Promise<LoadedConnector[]> {
  const { accountId, id, jobId, type, recipient } = execution;
  const { pool } = services.database;
  const listed =
    jobId === null ? await chosenConnectors(pool, accountId, id) : await jobConnectors(pool, accountId, jobId);
  if (listed.length === 0 && recipient === null)
    throw new AppError('invalid', 'This job has no connector any more. Edit the job and choose one.');
  const gone = jobId === null ? listed.find(({ isDeleted }) => isDeleted) : undefined;
  if (gone)
    throw new AppError(
      'not_found',
      `The connector "${gone.name}" was deleted since this export was asked for. Ask for it again with another destination.`,
    );
  const loaded = await Promise.all(listed.map(({ id }) => loadConnector({ pool }, services.keyring, accountId, id)));
  const disabled = loaded.find(({ isEnabled }) => !isEnabled);
  // An export tells for each of its destinations; an import has nothing to read.
  if (disabled && type === 'data_import')
    throw new AppError(
      'invalid',
      `The connector "${disabled.name}" is disabled, so there was nothing to read. Enable it, or choose another one for the job.`,
    );
  return recipient === null ? loaded : [...loaded, await mailbox(services, accountId, recipient)];
}

/** A user's own address as a destination, so that it is delivered to, noted and retried as every other one. */
async function mailbox(services: Services, accountId: number, address: string): Promise<LoadedConnector> {
  const type = connectorType('email');
  const { timezone } = await getAccountById(services, accountId);
  const config = type.config.parse({ address });
  return { id: recipientId, accountId, name: address, timezone, type, config, isEnabled: true };
}
