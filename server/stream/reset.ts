import { transaction } from '../../db/database.ts';
import { findImportConnector } from '../../db/queries/stream-followed.ts';
import { readPositions, replacePositions, touchConnector } from '../../db/queries/stream-positions.ts';
import { AppError } from '../../shared/error.ts';
import { loadConnector } from '../connectors/load.ts';
import type { Cluster, KafkaSettings } from '../kafka/cluster.ts';
import type { Services } from '../services.ts';
import { streamLocation } from './location.ts';
import { topicState } from './positions.ts';

export interface ResetPartition {
  partition: number;
  /** Where it was read on; null where it had not begun. */
  from: number | null;
  to: number;
}

/**
 * Says where a stream is read on: from the first events that its topic has, or after the last. Whoever reads it begins
 * anew there at once. Throws `not_found`, and `invalid` for a connector without a stream.
 */
export async function resetStream(
  services: Services,
  accountId: number,
  name: string,
  to: 'earliest' | 'latest',
  openCluster: (settings: KafkaSettings) => Cluster,
): Promise<{ topic: string; partitions: ResetPartition[] }> {
  const { database, keyring, egress, log } = services;
  const connectorId = await findImportConnector(database.pool, accountId, name);
  if (connectorId === undefined)
    throw new AppError('not_found', `There is no import connector "${name}" in this account.`);
  const { type, config } = await loadConnector(database, keyring, accountId, connectorId);
  const stream = type.stream?.(config);
  if (!stream) throw new AppError('invalid', `The connector "${name}" (${type.title}) reads no stream.`);
  const { topic, kafka: address } = stream;
  await using cluster = openCluster({ address, clientId: 'cqa', egress, log });
  const place = streamLocation({ accountId, connectorId }, await cluster.id(), topic);
  const { id: topicId, ranges } = await topicState(cluster, topic);
  const offsets = new Map(ranges.map(({ partition, first, end }) => [partition, to === 'earliest' ? first : end]));
  const before = await transaction(database.pool, async (connection) => {
    const known = await readPositions(connection, place);
    await replacePositions(connection, place, { topicId, offsets });
    await touchConnector(connection, accountId, connectorId);
    return known;
  });
  const partitions = [...offsets].map(([partition, next]) => ({
    partition,
    from: before.offsets.get(partition) ?? null,
    to: next,
  }));
  return { topic, partitions };
}
