import type { ConnectorRow } from '../../db/models/connector.ts';
import type { StoredConnector } from '../../db/queries/connectors.ts';
import { requireVersion, versionOf } from '../version.ts';

type Content = Pick<StoredConnector, 'name' | 'config' | 'sealedSecrets'>;

/**
 * What the form of a connector shows, and the secrets that it keeps. Whether the connector is enabled is none of that: it
 * is switched by itself.
 */
export function connectorVersion({ name, config, sealedSecrets }: Content): string {
  return versionOf({ name, config, sealedSecrets });
}

export function storedConnector(row: ConnectorRow): StoredConnector {
  const { name, config, sealed_secrets: sealedSecrets, is_enabled: isEnabled, updated_at: updatedAt } = row;
  return { name, config, sealedSecrets, isEnabled, updatedAt };
}

/** Throws `conflict`. A host key that the program has pinned meanwhile is kept by saving, so it is no other version. */
export function requireConnectorVersion(opened: string | undefined, now: StoredConnector): void {
  const { host_key: _, ...unpinned } = now.config;
  const versions = [connectorVersion(now), connectorVersion({ ...now, config: unpinned })];
  requireVersion(opened, { name: `"${now.name}"`, versions, changedAt: now.updatedAt });
}
