import type { Database } from '../../db/database.ts';
import type { ItemPlace } from '../../db/queries/source-ledger.ts';
import { addPositions, type Positions, readPositions } from '../../db/queries/stream-positions.ts';
import { AppError } from '../../shared/error.ts';
import type { EventStream } from '../connectors/connector.ts';
import type { PartitionRange } from '../kafka/cluster.ts';

/** What is said of a stream that cannot go on by itself. */
export interface StreamNames {
  topic: string;
  names: { accountUid: string; connector: string };
}

/**
 * Begins the partitions that were never begun: of a topic that is new to the connector as it is configured, and from its
 * first event one that the topic got later, because whatever is in it came since. All at once and before anything is
 * read, so that a second process finds them.
 */
export async function beginPositions(
  { pool }: Pick<Database, 'pool'>,
  place: ItemPlace,
  ranges: readonly PartitionRange[],
  startFrom: EventStream['startFrom'],
): Promise<Positions> {
  const known = await readPositions(pool, place);
  const missing = ranges.filter(({ partition }) => !known.has(partition));
  if (missing.length === 0) return known;
  const isFirst = known.size === 0 && startFrom === 'latest';
  await addPositions(
    pool,
    place,
    new Map(missing.map(({ partition, first, end }) => [partition, isFirst ? end : first])),
  );
  return await readPositions(pool, place);
}

/** Throws `conflict` where a partition is gone, or ends before the place that it is read on from. `ranges`: of all partitions. */
export function requireSameTopic(stream: StreamNames, positions: Positions, ranges: readonly PartitionRange[]): void {
  const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
  for (const [partition, position] of positions) {
    const end = ends.get(partition);
    if (end === undefined || position > end) throw topicMadeAnew(stream, partition, position, end);
  }
}

/** The offsets that were read are not of this topic, so nothing tells what of it is new. */
export function topicMadeAnew(
  { topic, names }: StreamNames,
  partition: number,
  position: number,
  end: number | undefined,
): AppError {
  const now = end === undefined ? 'is not there any more' : `ends at ${end} now`;
  return new AppError(
    'conflict',
    `The topic "${topic}" was made anew or cut short: partition ${partition} was read up to offset ${position}, but ${now}. ` +
      'Say where to go on: "earliest" reads all that it holds (what is known already is not doubled), "latest" what comes from now on: ' +
      `cqa stream reset --account ${names.accountUid} --name "${names.connector}" --to earliest`,
  );
}
