import { rememberHostKey } from '../../db/queries/connectors.ts';
import { AppError } from '../../shared/error.ts';
import type { ConnectorContext } from '../connectors/connector.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import { pace } from '../connectors/pace.ts';
import { openInboxFolder } from '../inbox/folder.ts';
import { mailWays } from '../reports/links.ts';
import type { Services } from '../services.ts';

/** What a connector at work is given. A host key that it sees first is remembered with it. */
export function workContext(
  services: Services,
  connector: Pick<LoadedConnector, 'id' | 'accountId' | 'name' | 'timezone'>,
  signal: AbortSignal,
): ConnectorContext {
  return { ...accountContext(services, connector, signal), pin: (hostKey) => pin(services, connector, hostKey) };
}

/** What a connector is given that is only tried. */
export function accountContext(
  services: Services,
  { accountId, timezone }: Pick<LoadedConnector, 'accountId' | 'timezone'>,
  signal: AbortSignal,
): ConnectorContext {
  const { egress, log, database } = services;
  return {
    ...{ signal, egress, log, timezone },
    pace: (name, callsPerMinute) => pace(database, name, callsPerMinute, signal),
    inbox: (which) => openInboxFolder(services, accountId, which),
    mail: mailWays(services),
  };
}

/** Two sessions may be the first at once: the second must have seen the key that the first one kept. */
async function pin(
  { database, log }: Services,
  { id, accountId, name }: Pick<LoadedConnector, 'id' | 'accountId' | 'name'>,
  hostKey: string,
): Promise<void> {
  const remembered = await rememberHostKey(database.pool, accountId, id, hostKey);
  if (remembered?.isNew)
    log.warn({ connector: name, host_key: hostKey }, 'first connection: this host key is trusted from now on');
  else if (remembered && remembered.kept !== hostKey)
    throw new AppError(
      'host_key_changed',
      `The server of "${name}" shows the host key ${hostKey}, but ${remembered.kept} is pinned. If the server was really replaced, put the new key into the connector; otherwise somebody may be in between.`,
    );
}
