import { hash } from 'node:crypto';
import type { ItemPlace } from '../../db/queries/source-ledger.ts';
import type { DayItem } from '../../db/queries/stream-days.ts';

/** Where a stream's positions are kept: a cluster that was set up anew, and another topic, are other places. */
export function streamLocation(owner: Omit<ItemPlace, 'locationHash'>, clusterId: string, topic: string): ItemPlace {
  const { accountId, connectorId } = owner;
  return { accountId, connectorId, locationHash: hash('sha256', `${clusterId}\n${topic}`, 'buffer') };
}

/** A partition's part of a day, as the ledger and the rejected rows name it. */
export function dayItem(topic: string, partition: number, version: string): DayItem {
  const key = `${topic}/${partition}`;
  return { key, keyHash: hash('sha256', key, 'buffer'), version };
}
