import { rememberHostKey } from '../../db/queries/connectors.ts';
import type { Services } from '../services.ts';
import type { ConnectorContext } from './connector.ts';
import type { LoadedConnector } from './load.ts';

/** What a connector at work is given. A host key that it sees first is remembered with it. */
export function workContext(
  { egress, log, database }: Services,
  { id, accountId, name }: Pick<LoadedConnector, 'id' | 'accountId' | 'name'>,
  signal: AbortSignal,
): ConnectorContext {
  return {
    signal,
    egress,
    log,
    async pin(hostKey) {
      if (await rememberHostKey(database.pool, accountId, id, hostKey))
        log.warn({ connector: name, host_key: hostKey }, 'first connection: this host key is trusted from now on');
    },
  };
}
