import { type ChosenConnector, chosenConnectors } from '../../db/queries/execution-connectors.ts';
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
 * asked. Of those that were chosen a deleted one is told by its delivery, as a disabled one is: the others get theirs. Throws
 * `invalid` where there is none or an import's is disabled.
 */
export async function connectorsOf(services: Services, execution: ExecutionRecord): Promise<LoadedConnector[]> {
  const { accountId, id, jobId, type, recipient } = execution;
  const { pool } = services.database;
  const chosen = jobId === null ? await chosenConnectors(pool, accountId, id) : [];
  const listed =
    jobId === null ? chosen.filter(({ isDeleted }) => !isDeleted) : await jobConnectors(pool, accountId, jobId);
  const deleted = chosen.filter(({ isDeleted }) => isDeleted);
  if (deleted.length === 0 && listed.length === 0 && recipient === null)
    throw new AppError('invalid', 'This job has no connector any more. Edit the job and choose one.');
  const loaded = await Promise.all(listed.map(({ id }) => loadConnector({ pool }, services.keyring, accountId, id)));
  const disabled = loaded.find(({ isEnabled }) => !isEnabled);
  // An export tells for each of its destinations; an import has nothing to read.
  if (disabled && type === 'data_import')
    throw new AppError(
      'invalid',
      `The connector "${disabled.name}" is disabled, so there was nothing to read. Enable it, or choose another one for the job.`,
    );
  const { timezone } = await getAccountById(services, accountId);
  const owner = { accountId, timezone };
  const gone = deleted.map((connector) => ({ ...owner, ...withoutSettings(connector) }));
  const own = recipient === null ? [] : [{ ...owner, ...mailbox(recipient) }];
  return [...loaded, ...gone, ...own];
}

type Unowned = Omit<LoadedConnector, 'accountId' | 'timezone'>;

/** Its settings and secrets went with it. */
function withoutSettings({ id, name, type }: ChosenConnector): Unowned {
  return { id, name, type: connectorType(type), config: {}, isEnabled: false, isDeleted: true };
}

/** A user's own address as a destination, so that it is delivered to, noted and retried as every other one. */
function mailbox(address: string): Unowned {
  const type = connectorType('email');
  return { id: recipientId, name: address, type, config: type.config.parse({ address }), isEnabled: true };
}
