import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import type { KafkaEvent, PartitionRange } from '../cluster.ts';
import { isMoved, protocolType } from './failure.ts';
import { readFetched } from './fetched.ts';
import { type Line, readCommitted } from './line.ts';
import { findCoordinator, isRebalance } from './membership.ts';

const firstTimestamp = -2;
const endTimestamp = -1;
const againMs = 100;
const latestWaitMs = 500;
/** The last events of transactions are marks, which are no events: so many offsets are looked back at once. */
const lookBack = 50;
const lookBackBytes = 4 * 1024 * 1024;

/** Asks again while the partitions move from one broker to another, or have just been made. */
export async function whereItLies<T>(line: Line, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isMoved(error) || line.isClosed) throw error;
      await delay(againMs);
      await line.cluster.refreshMetadata();
    }
  }
}

/** `openTopic` comes before each of these. */
export async function topicRanges(line: Line, topic: string): Promise<PartitionRange[]> {
  const first = await firstOffsets(line, topic);
  const end = await offsetsAt(line, topic, endTimestamp);
  const partitions = [...end.keys()].sort((a, b) => a - b);
  return partitions.map((partition) => ({
    ...{ partition, first: first.get(partition) ?? 0, end: end.get(partition) ?? 0 },
  }));
}

/** The first event of each partition that is still there. */
export function firstOffsets(line: Line, topic: string): Promise<Map<number, number>> {
  return offsetsAt(line, topic, firstTimestamp);
}

async function offsetsAt(line: Line, topic: string, timestamp: number): Promise<Map<number, number>> {
  const offsets = new Map<number, number>();
  for (const [leader, partitions] of byLeader(line, topic)) {
    const broker = await line.cluster.findBroker({ nodeId: leader });
    const wanted = partitions.map((partition) => ({ partition, timestamp }));
    const topics = [{ topic, partitions: wanted }];
    const { responses } = await broker.listOffsets({ isolationLevel: readCommitted, topics });
    for (const { partition, offset } of responses.flatMap((response) => response.partitions))
      offsets.set(partition, Number(offset));
  }
  return offsets;
}

function byLeader(line: Line, topic: string): Map<number, number[]> {
  const leaders = new Map<number, number[]>();
  for (const { partitionId, leader } of line.cluster.findTopicPartitionMetadata(topic))
    leaders.set(leader, [...(leaders.get(leader) ?? []), partitionId]);
  return leaders;
}

/** The newest event among the last of each partition; an empty topic is fetched from too, for the right to read. */
export async function latestEvent(line: Line, topic: string): Promise<KafkaEvent | undefined> {
  const ranges = await topicRanges(line, topic);
  const full = ranges.filter(({ first, end }) => end > first);
  const newest: KafkaEvent[] = [];
  for (const range of full.length > 0 ? full : ranges.slice(0, 1)) {
    const event = await lastOf(line, topic, range);
    if (event) newest.push(event);
  }
  return newest.sort((a, b) => b.timestampMs - a.timestampMs)[0];
}

async function lastOf(
  line: Line,
  topic: string,
  { partition, first, end }: PartitionRange,
): Promise<KafkaEvent | undefined> {
  const broker = await leaderOf(line, topic, partition);
  let from = Math.max(first, end - lookBack);
  let last: KafkaEvent | undefined;
  // A fetch may end before the end of the partition, so it goes on until there is nothing more.
  do {
    const { responses } = await broker.fetch({
      ...{ maxWaitTime: latestWaitMs, minBytes: 0, maxBytes: lookBackBytes, isolationLevel: readCommitted },
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes: lookBackBytes }] }],
    });
    const fetched = responses.flatMap((response) => response.partitions)[0];
    if (!fetched) return last;
    const { events, next } = readFetched(fetched, from);
    last = events.at(-1) ?? last;
    if (next === undefined) return last;
    from = next;
  } while (from < end);
  return last;
}

async function leaderOf(line: Line, topic: string, partition: number): Promise<Broker> {
  const metadata = line.cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
  return await line.cluster.findBroker({ nodeId: metadata?.leader ?? -1 });
}

/**
 * Sends a batch without events. A broker looks first at whether this login may write to the topic, and then refuses
 * a batch that holds nothing; so the refusal says that the right is there.
 */
export async function requireWriteRight(line: Line, topic: string): Promise<void> {
  const [metadata] = line.cluster.findTopicPartitionMetadata(topic);
  const broker = await line.cluster.findBroker({ nodeId: metadata?.leader ?? -1 });
  const partitions = [{ partition: metadata?.partitionId ?? 0, firstSequence: -1, messages: [] }];
  try {
    await broker.produce({
      ...{ acks: -1, timeout: line.timeoutMs, producerId: -1, producerEpoch: -1 },
      topicData: [{ topic, partitions }],
    });
  } catch (error) {
    const type = protocolType(error) ?? '';
    if (type !== 'INVALID_RECORD' && type !== 'CORRUPT_MESSAGE') throw error;
  }
}

/** A heartbeat of nobody: a broker looks first at whether this login may join the group, and then at who it is. */
export async function requireGroupRight(line: Line, groupId: string): Promise<void> {
  for (;;) {
    const coordinator = await findCoordinator(line, groupId);
    try {
      return void (await coordinator.heartbeat({ groupId, groupGenerationId: 0, memberId: 'nobody' }));
    } catch (error) {
      const type = protocolType(error);
      if (type === 'UNKNOWN_MEMBER_ID' || type === 'ILLEGAL_GENERATION') return;
      if (!isRebalance(error) || line.isClosed) throw error;
      await delay(againMs);
    }
  }
}
