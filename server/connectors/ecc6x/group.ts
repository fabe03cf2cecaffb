import { randomBytes } from 'node:crypto';
import type { PoolConnection } from 'mysql2/promise';
import { findGroupUsers } from '../../../db/queries/consumer-groups.ts';
import { AppError } from '../../../shared/error.ts';
import type { ConnectorOwner, Saving } from '../connector.ts';
import type { Ecc6xConfig } from './config.ts';

/** A group of its own, whose name stays as long as the connector. */
export async function withGroup(config: Ecc6xConfig, { before }: Saving): Promise<Ecc6xConfig> {
  const known = typeof before?.group_id === 'string' ? before.group_id : undefined;
  return { ...config, group_id: config.group_id ?? known ?? newGroupId() };
}

export function newGroupId(): string {
  return `cqa-${randomBytes(8).toString('hex')}`;
}

/** A name of our own is left out: in another installation, which cannot be asked, the copy would get a part of the events. */
export function withoutOwnGroup({ group_id: groupId, ...config }: Record<string, unknown>): Record<string, unknown> {
  return groupId === undefined || /^cqa-[0-9a-f]{16}$/.test(String(groupId))
    ? config
    : { ...config, group_id: groupId };
}

/**
 * Throws `conflict` where another connector reads the topic in the same group, as after a configuration was copied: each of
 * the two would get a part of the events and nobody would notice. Groups of one name on other brokers are other groups. Of
 * another account nothing is told.
 */
export async function requireOwnGroup(
  connection: PoolConnection,
  { accountId, connectorId }: ConnectorOwner,
  { group_id: groupId, topic, brokers }: Ecc6xConfig,
): Promise<void> {
  if (groupId === undefined) return;
  const named = await findGroupUsers(connection, connectorId, { type: 'ecc6x', groupId, topic });
  const users = named.filter(({ config }) => sharesBroker(brokers, JSON.parse(config).brokers));
  const user = users.find((one) => one.accountId === accountId) ?? users[0];
  if (!user) return;
  const what =
    user.accountId === accountId
      ? `the connector "${user.name}" reads "${topic}" in the consumer group ${groupId} already, and each would get a part of the events`
      : `"${topic}" cannot be read in the consumer group ${groupId}`;
  throw new AppError('conflict', `${what}. Leave the group empty, then this connector gets one of its own.`, {
    field: 'config.group_id',
  });
}

/** Two lists of one cluster have a broker in common where people enter the same one, or all of them. */
function sharesBroker(brokers: readonly string[], others: readonly string[]): boolean {
  const known = new Set(brokers.map((broker) => broker.toLowerCase()));
  return others.some((broker) => known.has(broker.toLowerCase()));
}
