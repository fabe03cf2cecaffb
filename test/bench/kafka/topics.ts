import { randomBytes } from 'node:crypto';
import type { Cluster, KafkaEvent } from '../../../server/kafka/cluster.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import { eventually } from '../../harness/eventually.ts';
import type { Site } from './site.ts';

/** A way to the site's broker. */
export function clusterOf({ kafka, services: { log } }: Site): Cluster {
  return openCluster({ address: kafka.address(), clientId: 'bench', log });
}

/** How many events the topic has. */
export async function countOf(cluster: Cluster, topic: string): Promise<number> {
  return (await cluster.ranges(topic)).reduce((sum, { first, end }) => sum + end - first, 0);
}

/** Hands over every event that the topic has now, each partition's in order. Gives their number. */
export async function readTopic(site: Site, topic: string, each: (event: KafkaEvent) => void): Promise<number> {
  await using cluster = clusterOf(site);
  const ranges = await cluster.ranges(topic);
  const missing = new Map(ranges.filter(({ first, end }) => end > first).map(({ partition, end }) => [partition, end]));
  const ends = new Map(missing);
  let count = 0;
  const consumer = await cluster.consume({
    ...{ groupId: `bench-${randomBytes(4).toString('hex')}`, topic, partitionsAtOnce: 1 },
    positions: async () => new Map(ranges.map(({ partition, first }) => [partition, first])),
    async take({ partition, events, next }) {
      const end = ends.get(partition) ?? 0;
      for (const event of events)
        if (event.offset < end) {
          count += 1;
          each(event);
        }
      if (next >= end) missing.delete(partition);
      return next;
    },
  });
  try {
    await eventually(`the whole of ${topic} is read`, () => missing.size === 0, 600_000);
  } finally {
    await consumer.stop();
  }
  return count;
}
