import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import type { KafkaEvent, PartitionRange } from '../cluster.ts';
import type { Connection } from './connection.ts';
import { isLeaderless, isMoved, protocolType } from './failure.ts';
import { fetchFrom, readCommitted } from './fetch.ts';
import { mostBytesAtOnce, readFetched } from './fetched.ts';
import { findCoordinator, isRebalance } from './membership.ts';
import { produceTo } from './produce.ts';

const firstTimestamp = -2;
const endTimestamp = -1;
const againMs = 100;
const latestWaitMs = 500;
/** The last events of transactions are marks, which are no events: so many offsets are looked back at once. */
const lookBack = 50;
const lookBackBytes = 4 * 1024 * 1024;

/** Asks again while the partitions move from one broker to another, or have just been made. */
export async function retryWhileMoved<T>(connection: Connection, ask: () => Promise<T>): Promise<T> {
  return await retryWhile(isMoved, connection, async (isFirst) => {
    if (!isFirst) await untilLed(connection, () => connection.cluster.refreshMetadata());
    return await ask();
  });
}

/** Asks again while a partition has no leader. */
export async function untilLed<T>(connection: Connection, ask: () => Promise<T>): Promise<T> {
  return await retryWhile(isLeaderless, connection, ask);
}

async function retryWhile<T>(
  isPassing: (error: unknown) => boolean,
  connection: Connection,
  ask: (isFirst: boolean) => Promise<T>,
): Promise<T> {
  // Before the request is too late as a whole, so that its failure says what is wrong.
  const untilMs = performance.now() + 2 * connection.timeoutMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await ask(isFirst);
    } catch (error) {
      if (!isPassing(error) || connection.isClosed || performance.now() > untilMs) throw error;
      await delay(againMs);
    }
  }
}

/** The topic must be among those that the connection keeps metadata of, here and below. */
export async function topicRanges(connection: Connection, topic: string): Promise<PartitionRange[]> {
  const first = await firstOffsets(connection, topic);
  const end = await offsetsAt(connection, topic, endTimestamp);
  const partitions = [...end.keys()].sort((a, b) => a - b);
  return partitions.map((partition) => ({
    ...{ partition, first: first.get(partition) ?? 0, end: end.get(partition) ?? 0 },
  }));
}

/** The first event of each partition that is still there. */
export function firstOffsets(connection: Connection, topic: string): Promise<Map<number, number>> {
  return offsetsAt(connection, topic, firstTimestamp);
}

async function offsetsAt(connection: Connection, topic: string, timestamp: number): Promise<Map<number, number>> {
  const offsets = new Map<number, number>();
  for (const [leader, partitions] of byLeader(connection, topic)) {
    const broker = await connection.cluster.findBroker({ nodeId: leader });
    const wanted = partitions.map((partition) => ({ partition, timestamp }));
    const topics = [{ topic, partitions: wanted }];
    const { responses } = await broker.listOffsets({ isolationLevel: readCommitted, topics });
    for (const { partition, offset } of responses.flatMap((response) => response.partitions))
      offsets.set(partition, Number(offset));
  }
  return offsets;
}

function byLeader(connection: Connection, topic: string): Map<number, number[]> {
  const leaders = new Map<number, number[]>();
  for (const { partitionId, leader } of connection.cluster.findTopicPartitionMetadata(topic))
    leaders.set(leader, [...(leaders.get(leader) ?? []), partitionId]);
  return leaders;
}

/** The newest events among the last of each partition; an empty topic is fetched from too, for the right to read. */
export async function latestEvents(connection: Connection, topic: string, count: number): Promise<KafkaEvent[]> {
  const ranges = await topicRanges(connection, topic);
  const full = ranges.filter(({ first, end }) => end > first);
  let newest: KafkaEvent[] = [];
  for (const range of full.length > 0 ? full : ranges.slice(0, 1))
    newest = lastFew([...newest, ...(await lastOf(connection, topic, range, count))].sort(byAge), count);
  return newest.reverse();
}

function byAge(a: KafkaEvent, b: KafkaEvent): number {
  return a.timestampMs - b.timestampMs || a.offset - b.offset;
}

/** Fewer where they are too large to be kept together. They are copied, so that the batch that they lie in need not be kept. */
function lastFew(events: readonly KafkaEvent[], count: number): KafkaEvent[] {
  const kept: KafkaEvent[] = [];
  let bytes = 0;
  for (const event of events.slice(-count).reverse()) {
    bytes += (event.key?.length ?? 0) + (event.value?.length ?? 0);
    if (kept.length > 0 && bytes > mostBytesAtOnce) break;
    kept.push({ ...event, key: event.key && Buffer.from(event.key), value: event.value && Buffer.from(event.value) });
  }
  return kept.reverse();
}

async function lastOf(
  connection: Connection,
  topic: string,
  { partition, first, end }: PartitionRange,
  count: number,
): Promise<KafkaEvent[]> {
  const broker = await leaderOf(connection, topic, partition);
  let from = Math.max(first, end - lookBack);
  let last: KafkaEvent[] = [];
  // A fetch may end before the end of the partition, so it goes on until there is nothing more.
  do {
    const [fetched] = await fetchFrom(broker, {
      ...{ topic, partitions: [{ partition, offset: from }], maxWaitMs: latestWaitMs },
      ...{ maxBytesPerPartition: lookBackBytes, maxBytes: lookBackBytes },
    });
    if (fetched?.error) throw fetched.error;
    if (!fetched) return last;
    const { events, next } = await readFetched(fetched, from);
    last = lastFew([...last, ...events], count);
    if (next === from) return last;
    from = next;
  } while (from < end);
  return last;
}

async function leaderOf(connection: Connection, topic: string, partition: number): Promise<Broker> {
  const metadata = connection.cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition);
  return await connection.cluster.findBroker({ nodeId: metadata?.leader ?? -1 });
}

/**
 * Sends a batch without events. A broker looks first at whether this login may write to the topic, and then refuses
 * a batch that holds nothing; so the refusal says that the right is there.
 */
export async function requireWriteRight(connection: Connection, topic: string): Promise<void> {
  const [metadata] = connection.cluster.findTopicPartitionMetadata(topic);
  const broker = await connection.cluster.findBroker({ nodeId: metadata?.leader ?? -1 });
  const partition = metadata?.partitionId ?? 0;
  const answers = await produceTo(broker, {
    ...{ topic, producerId: '-1', producerEpoch: -1, timeoutMs: connection.timeoutMs },
    partitions: [{ partition, firstSequence: -1, messages: [] }],
  });
  const error = answers.get(partition);
  const type = protocolType(error) ?? '';
  if (error && type !== 'INVALID_RECORD' && type !== 'CORRUPT_MESSAGE') throw error;
}

/** A heartbeat of nobody: a broker looks first at whether this login may join the group, and then at who it is. */
export async function requireGroupRight(connection: Connection, groupId: string): Promise<void> {
  for (;;) {
    const coordinator = await findCoordinator(connection, groupId);
    try {
      return void (await coordinator.heartbeat({ groupId, groupGenerationId: 0, memberId: 'nobody' }));
    } catch (error) {
      const type = protocolType(error);
      if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION') return;
      if (!isRebalance(error) || connection.isClosed) throw error;
      await delay(againMs);
    }
  }
}
