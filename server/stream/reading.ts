import type { FollowedStream } from '../../db/queries/stream-followed.ts';
import { readPosition, readPositions, type TopicPositions } from '../../db/queries/stream-positions.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { EventStream } from '../connectors/connector.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import type { Cluster, Consumer, ConsumerChange, EventBatch, PartitionRange } from '../kafka/cluster.ts';
import { importConfigSchema, rowSettingsOf } from '../pipeline/import/settings.ts';
import { JsonValidator } from '../rows/validate/json.ts';
import type { Services } from '../services.ts';
import type { BufferPool, EventChunk } from './chunks.ts';
import type { StreamDays } from './day.ts';
import { EventReader, RecentRules } from './events.ts';
import { streamLocation } from './location.ts';
import { Partition, type StreamContext } from './partition.ts';
import { beginPositions, requireSameTopic, type TopicState, topicState } from './positions.ts';
import type { FollowerStatus } from './status.ts';

export interface ReadingInput {
  services: Services;
  followed: FollowedStream;
  connector: LoadedConnector;
  stream: EventStream;
  cluster: Cluster;
  days: StreamDays;
  status: FollowerStatus;
  buffers: BufferPool;
}

/** Large enough that a backlog is stored in chunks of thousands, small enough that memory stays flat. */
const maxBytesPerPartition = 4 * 1024 * 1024;
const partitionsAtOnce = 3;
const forgottenMs = 15_000;

/** Who says that it works, or fails: asking for the topic, the group, or a partition that is stored. */
type Component = 'topic' | 'group' | number;

/** One membership in the stream's group, from joining it to leaving it. */
export class Reading implements AsyncDisposable {
  /** Rejects when the stream cannot go on by itself. */
  readonly failed: Promise<never>;
  readonly #input: ReadingInput;
  readonly #context: StreamContext;
  readonly #partitions = new Map<number, Partition>();
  readonly #ends = new Map<number, number>();
  readonly #failing = new Map<Component, number>();
  #consumer: Consumer | undefined;
  /** Whether the group has given us some, while it has not given them to others. */
  #hasPartitions = false;
  #fail: (error: AppError) => void = () => undefined;

  /** Finds out where to begin, and joins the group. Throws what a person has to mend. */
  static async begin(input: ReadingInput): Promise<Reading> {
    const { followed, stream, cluster } = input;
    const place = streamLocation(followed, await cluster.id(), stream.topic);
    const reading = new Reading(input, place);
    await reading.#beginPositions(await topicState(cluster, stream.topic));
    await reading.#join();
    return reading;
  }

  private constructor(input: ReadingInput, place: ReturnType<typeof streamLocation>) {
    this.#input = input;
    this.#context = this.#contextOf(place);
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // It may come before anybody waits for it.
    this.failed.catch(() => undefined);
  }

  /** How many partitions are this process's now. */
  partitions(): number {
    return this.#consumer?.partitions().length ?? 0;
  }

  /** Events of these that wait to be stored. */
  lag(): number {
    let lag = 0;
    for (const partition of this.#consumer?.partitions() ?? []) {
      const position = this.#partitions.get(partition)?.position;
      if (position !== undefined) lag += Math.max(0, (this.#ends.get(partition) ?? 0) - position);
    }
    return lag;
  }

  /** Asks how far the topic is, and whether it is still the one that was read. */
  async refresh(): Promise<void> {
    const { cluster, stream, services } = this.#input;
    try {
      const positions = await readPositions(services.database.pool, this.#context.place);
      const topic = await topicState(cluster, stream.topic);
      requireSameTopic(this.#context, positions, topic);
      for (const { partition, end } of topic.ranges) this.#ends.set(partition, end);
      this.#works('topic');
    } catch (error) {
      this.#failsBy(error, 'topic');
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer?.stop();
  }

  async #join(): Promise<void> {
    const { cluster, stream } = this.#input;
    const { topic, groupId } = stream;
    if (groupId === undefined)
      throw new AppError('invalid', 'This connector has no consumer group. Save it again, and it gets one.');
    this.#consumer = await cluster.consume({
      ...{ groupId, topic, maxBytesPerPartition, partitionsAtOnce },
      positions: (partitions) => this.#positionsOf(partitions),
      take: (batch) => this.#take(batch),
      onChange: (change) => this.#changed(change),
    });
  }

  /** The positions of partitions that were just given to us; what the topic has no more of them is passed over. */
  async #positionsOf(partitions: number[]): Promise<Map<number, number>> {
    const { cluster, stream, services } = this.#input;
    const { place } = this.#context;
    const topic = await topicState(cluster, stream.topic);
    // Also of partitions that the topic has got since.
    const { offsets } = await this.#beginPositions(topic).catch((error: unknown) => {
      this.#failsBy(error, 'topic');
      throw error;
    });
    const given = new Map<number, number>();
    for (const { partition, first, end } of topic.ranges) {
      this.#ends.set(partition, end);
      if (!partitions.includes(partition)) continue;
      const reader = this.#partition(partition);
      await reader.passMissedBefore(first, offsets.get(partition) ?? first);
      const position = await readPosition(services.database.pool, place, partition);
      reader.position = position;
      if (position !== undefined) given.set(partition, position);
    }
    return given;
  }

  #beginPositions(topic: TopicState): Promise<TopicPositions> {
    const { services, stream } = this.#input;
    const { place, names } = this.#context;
    return beginPositions(services.database, place, { names, topic: stream.topic, startFrom: stream.startFrom }, topic);
  }

  async #take(batch: EventBatch): Promise<number> {
    const { partition, end } = batch;
    this.#ends.set(partition, Math.max(end, this.#ends.get(partition) ?? 0));
    try {
      const next = await this.#partition(partition).take(batch);
      this.#works(partition);
      return next;
    } catch (error) {
      this.#failsBy(error, partition);
      throw error;
    }
  }

  #partition(partition: number): Partition {
    const known = this.#partitions.get(partition);
    if (known) return known;
    const made = new Partition(this.#context, partition);
    this.#partitions.set(partition, made);
    return made;
  }

  #changed(change: ConsumerChange): void {
    const { status, services, followed } = this.#input;
    const { connectorId } = followed;
    if (change.kind === 'assigned') {
      this.#hasPartitions = change.partitions.length > 0;
      // Another process works at the others now, and tells how that goes.
      for (const who of this.#failing.keys())
        if (typeof who === 'number' && !change.partitions.includes(who)) this.#failing.delete(who);
      this.#works('group');
      services.log.info({ connectorId, partitions: change.partitions }, 'partitions of a stream are read here');
    } else if (change.kind === 'restarted') {
      status.restarts++;
      services.log.warn({ connectorId, reason: change.reason }, "a stream's consumer was started again");
    } else if (change.kind === 'failed') this.#failsBy(change.error, 'group');
  }

  /** What somebody has said is no failure of the others any more only when it works for them, too. */
  #works(who: Component): void {
    this.#failing.delete(who);
    const groupFailedAtMs = this.#failing.get('group');
    // Of a group that it is in, a member hears when it fails, not when a connection that was lost is there again.
    const isForgotten =
      groupFailedAtMs !== undefined && this.partitions() > 0 && performance.now() - groupFailedAtMs > forgottenMs;
    if (who !== 'topic' || isForgotten) this.#failing.delete('group');
    if (this.#failing.size === 0) this.#input.status.works(this.#hasPartitions);
  }

  #failsBy(thrown: unknown, who: Component): void {
    const error = AppError.from(thrown, 'the stream');
    const { code, message } = error;
    this.#failing.set(who, performance.now());
    this.#input.status.fails({ code, message });
    // Another topic under the same name: nothing is read before somebody has said how to go on.
    if (code === 'conflict') this.#fail(error);
  }

  #contextOf(place: StreamContext['place']): StreamContext {
    const { services, followed, connector, stream, buffers, days, status } = this.#input;
    const config = importConfigSchema.parse(connector.config);
    const settings = rowSettingsOf(config, connector.timezone);
    const validator = new JsonValidator(settings.timezone, settings);
    return {
      ...{ services, place, topic: stream.topic, buffers, days, onExisting: config.on_existing },
      hasResultsTopic: stream.resultsTopic !== undefined,
      names: { accountUid: uuidText(followed.accountUid), connector: followed.connectorName },
      reader: new EventReader((value) => stream.fieldsOf(value), validator, services.log),
      rules: new RecentRules(services, followed.accountId),
      range: (partition) => this.#range(partition),
      stored: (chunk) => this.#stored(chunk, status),
    };
  }

  #stored({ events, skipped, lastEventAt }: EventChunk, status: FollowerStatus): void {
    status.rate.add(events + skipped);
    if (lastEventAt) status.lastEventAt = lastEventAt;
  }

  async #range(partition: number): Promise<PartitionRange> {
    const ranges = await this.#input.cluster.ranges(this.#input.stream.topic);
    const range = ranges.find((candidate) => candidate.partition === partition);
    if (range) return range;
    throw new AppError(
      'path_missing',
      `The topic "${this.#input.stream.topic}" has no partition ${partition} any more.`,
    );
  }
}
