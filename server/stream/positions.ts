import type { Database } from '../../db/database.ts';
import type { ItemPlace } from '../../db/queries/source-ledger.ts';
import { addPositions, addTopicId, readPositions, type TopicPositions } from '../../db/queries/stream-positions.ts';
import { AppError } from '../../shared/error.ts';
import type { EventStream } from '../connectors/connector.ts';
import type { Cluster, PartitionRange } from '../kafka/cluster.ts';

/** What is said of a stream that cannot go on by itself. */
export interface StreamNames {
  topic: string;
  names: { accountUid: string; connector: string };
}

/** A topic as its cluster has it now. */
export interface TopicState {
  /** Undefined where the broker tells none. */
  id: string | undefined;
  /** Of all partitions. */
  ranges: readonly PartitionRange[];
}

/**
 * The id is asked for first: where the topic is made anew in between, the old id stands beside the new ranges, and the next
 * comparison finds it. The other way round it would not.
 */
export async function topicState(cluster: Pick<Cluster, 'topicId' | 'ranges'>, topic: string): Promise<TopicState> {
  const id = await cluster.topicId(topic);
  return { id, ranges: await cluster.ranges(topic) };
}

/**
 * Begins the partitions that were never begun: of a topic that is new to the connector as it is configured, and from its
 * first event one that the topic got later, because whatever is in it came since. All at once and before anything is
 * read, so that a second process finds them. Throws `conflict` where it is another topic than the one that was read.
 */
export async function beginPositions(
  { pool }: Pick<Database, 'pool'>,
  place: ItemPlace,
  stream: StreamNames & Pick<EventStream, 'startFrom'>,
  { id, ranges }: TopicState,
): Promise<TopicPositions> {
  const known = await readPositions(pool, place);
  requireSameTopic(stream, known, { id, ranges });
  if (id !== undefined && known.topicId === undefined) await addTopicId(pool, place, id);
  const missing = ranges.filter(({ partition }) => !known.offsets.has(partition));
  if (missing.length === 0) return known;
  const isFirst = known.offsets.size === 0 && stream.startFrom === 'latest';
  const offsets = new Map(missing.map(({ partition, first, end }) => [partition, isFirst ? end : first]));
  await addPositions(pool, place, { topicId: id, offsets });
  return await readPositions(pool, place);
}

/**
 * Throws `conflict` where the topic has another id than the one that was read, where a partition is gone, or where one
 * ends before its position.
 */
export function requireSameTopic(
  stream: StreamNames,
  { topicId, offsets }: TopicPositions,
  { id, ranges }: TopicState,
): void {
  if (topicId !== undefined && id !== undefined && topicId !== id)
    throw topicMadeAnew(stream, `its id was ${topicId} when it was read, and is ${id} now`);
  const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
  for (const [partition, position] of offsets) requirePosition(stream, partition, position, ends.get(partition));
}

/** `end`: undefined where the partition is gone. */
export function requirePosition(
  stream: StreamNames,
  partition: number,
  position: number,
  end: number | undefined,
): void {
  if (end !== undefined && position <= end) return;
  const now = end === undefined ? 'is not there any more' : `ends at ${end} now`;
  throw topicMadeAnew(stream, `partition ${partition} was read up to offset ${position}, but ${now}`);
}

/** The offsets that were read are not of this topic, so nothing tells what of it is new. */
function topicMadeAnew({ topic, names }: StreamNames, evidence: string): AppError {
  return new AppError(
    'conflict',
    `The topic "${topic}" was made anew or cut short: ${evidence}. ` +
      'Say where to go on: "earliest" reads all that it holds (what is known already is not doubled), "latest" what comes from now on: ' +
      `cqa stream reset --account ${names.accountUid} --name "${names.connector}" --to earliest`,
  );
}
