import type { Cluster, Consumer, ConsumerChange, ConsumeSettings, EventBatch } from '../../../server/kafka/cluster.ts';
import { openCluster } from '../../../server/kafka/open.ts';
import { openLog } from '../../../server/log.ts';

export const log = openLog('silent');

export interface Following {
  consumer: Consumer;
  batches: EventBatch[];
  changes: ConsumerChange[];
  /** The values of all events that were taken, in the order in which they were. */
  values(): string[];
  stop(): Promise<void>;
}

/** A consumer that remembers what it takes; whatever is left out begins at the first event. */
export async function follow(
  brokers: string[],
  settings: Partial<ConsumeSettings> & { topic: string },
): Promise<Following> {
  const cluster: Cluster = openCluster({ address: { brokers }, clientId: 'test', log, timeoutMs: 3_000 });
  const batches: EventBatch[] = [];
  const changes: ConsumerChange[] = [];
  const consumer = await cluster.consume({
    ...{ groupId: settings.topic, sessionTimeoutMs: 6_000 },
    positions: () => Promise.resolve(new Map()),
    onChange: (change) => changes.push(change),
    ...settings,
    async take(batch) {
      const next = settings.take ? await settings.take(batch) : batch.next;
      batches.push(batch);
      return next;
    },
  });
  return {
    ...{ consumer, batches, changes },
    values: () => batches.flatMap(({ events }) => events.map(({ value }) => String(value))),
    stop: async () => await cluster[Symbol.asyncDispose](),
  };
}

export function numbered(from: number, to: number, partition?: number) {
  const at = partition === undefined ? {} : { partition };
  return Array.from({ length: to - from }, (_, i) => ({ value: String(from + i), key: String(from + i), ...at }));
}
