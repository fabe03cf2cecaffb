import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { AppError } from '../../../shared/error.ts';
import { backoffMs } from '../../backoff.ts';
import type { KafkaSettings, OutgoingEvent } from '../cluster.ts';
import { Connection } from './connection.ts';
import { isMoved, kafkaFailure, protocolType } from './failure.ts';
import { isRebalance } from './membership.ts';
import { produceTo } from './produce.ts';

type ByPartition = Map<number, readonly OutgoingEvent[]>;

const againMs = 100;
const mostAgainMs = 1_000;
const context = { right: 'WRITE' } as const;
/** The broker has written nothing, and would write nothing the next time. */
const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'POLICY_VIOLATION',
]);
/** To be sent again under the same number, also where it has been written. */
const passing = new Set(['NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'REQUEST_TIMED_OUT']);
const written = 'DUPLICATE_SEQUENCE_NUMBER';

/**
 * What brokers know by one producer id. They drop a batch whose number they know, so whatever is not answered is sent
 * again under the same number, over another connection where the first is lost.
 */
export class ProducerSession {
  readonly #settings: KafkaSettings;
  readonly #partitionOf = kafkajs.Partitioners.DefaultPartitioner();
  /** The next number of each topic and partition. */
  readonly #sequences = new Map<string, number>();
  #connection: Connection;
  #id = { producerId: '-1', producerEpoch: -1 };
  #isInDoubt = false;

  private constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#connection = new Connection(settings);
  }

  static async begin(settings: KafkaSettings): Promise<ProducerSession> {
    const session = new ProducerSession(settings);
    try {
      await session.#connection.request(context, () => session.#identify());
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /** It is not known what of the last events was written, nor under which number to go on. */
  get isInDoubt(): boolean {
    return this.#isInDoubt;
  }

  /** Resolves to the events that were refused. Throws where none was sent, or it was not answered in time. */
  async send(topic: string, events: readonly OutgoingEvent[]): Promise<Map<OutgoingEvent, AppError>> {
    const untilMs = performance.now() + 3 * this.#connection.timeoutMs;
    const refused = new Map<OutgoingEvent, AppError>();
    const pending = await this.#untilAnswered(topic, untilMs, () => this.#divide(topic, events));
    this.#isInDoubt = true;
    for (let rounds = 0; pending.size > 0; rounds++) {
      if (rounds > 0) await delay(backoffMs(rounds - 1, againMs, mostAgainMs));
      const answers = await this.#untilAnswered(topic, untilMs, () => this.#produce(topic, pending, rounds > 0));
      for (const [partition, error] of answers) {
        if (!isPassing(error)) this.#settle(topic, pending, partition, error, refused);
        else if (performance.now() > untilMs) throw this.#failure(topic, error);
      }
    }
    this.#isInDoubt = false;
    return refused;
  }

  async end(): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  async #identify(): Promise<void> {
    await this.#connection.cluster.connect();
    for (;;) {
      try {
        const broker = await this.#connection.anyBroker();
        this.#id = await broker.initProducerId({ transactionTimeout: this.#connection.timeoutMs });
        return;
      } catch (error) {
        // A broker that just began has no ids yet.
        if (!isRebalance(error) || this.#connection.isClosed) throw error;
        await delay(againMs);
      }
    }
  }

  async #divide(topic: string, events: readonly OutgoingEvent[]): Promise<ByPartition> {
    const partitionMetadata = await this.#metadataOf(topic);
    const divided = new Map<number, OutgoingEvent[]>();
    for (const event of events) {
      const partition = this.#partitionOf({ topic, partitionMetadata, message: event });
      const others = divided.get(partition);
      if (others) others.push(event);
      else divided.set(partition, [event]);
    }
    return divided;
  }

  async #metadataOf(topic: string) {
    const { cluster } = this.#connection;
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadataIfNecessary();
    return cluster.findTopicPartitionMetadata(topic);
  }

  async #produce(topic: string, pending: ByPartition, isAgain: boolean): Promise<Map<number, Error | undefined>> {
    const { cluster, timeoutMs } = this.#connection;
    if (isAgain) await cluster.refreshMetadata();
    const metadata = await this.#metadataOf(topic);
    const leaders = new Set<number>();
    const leaderOf = (wanted: number) => metadata.find(({ partitionId }) => partitionId === wanted)?.leader ?? -1;
    for (const partition of pending.keys()) leaders.add(leaderOf(partition));
    const answers = [...leaders].map(async (leader) => {
      const broker = await cluster.findBroker({ nodeId: leader });
      const led = [...pending].filter(([partition]) => leaderOf(partition) === leader);
      const partitions = led.map(([partition, messages]) => ({
        ...{ partition, messages: [...messages], firstSequence: this.#sequences.get(`${topic}/${partition}`) ?? 0 },
      }));
      return await produceTo(broker, { ...this.#id, topic, timeoutMs, partitions });
    });
    return new Map((await Promise.all(answers)).flatMap((each) => [...each]));
  }

  /** What a broker has said of one partition at last. */
  #settle(
    topic: string,
    pending: ByPartition,
    partition: number,
    error: Error | undefined,
    refused: Map<OutgoingEvent, AppError>,
  ): void {
    const type = protocolType(error) ?? '';
    const events = pending.get(partition) ?? [];
    pending.delete(partition);
    if (error && type !== written) {
      const failure = this.#failure(topic, error);
      if (!refusals.has(type)) throw failure;
      for (const event of events) refused.set(event, failure);
    } else {
      const key = `${topic}/${partition}`;
      this.#sequences.set(key, (this.#sequences.get(key) ?? 0) + events.length);
    }
  }

  #failure(topic: string, error: unknown): AppError {
    return kafkaFailure(error, { ...context, topic }, this.#settings.address, this.#connection.sockets);
  }

  /** Connects anew where the connection is at fault, or nobody leads a partition, until `untilMs`. */
  async #untilAnswered<T>(topic: string, untilMs: number, act: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      const leftMs = Math.max(1, untilMs - performance.now());
      try {
        return await this.#connection.request({ ...context, topic }, act, leftMs);
      } catch (error) {
        const pauseMs = backoffMs(failures, againMs, mostAgainMs);
        // A partition that was there is not gone where a broker does not know it yet.
        const isPassing = isOfConnection(error) || (this.#isInDoubt && isMoved(error));
        if (!isPassing || pauseMs > untilMs - performance.now()) throw error;
        await this.end();
        await delay(pauseMs);
        this.#connection = new Connection(this.#settings);
      }
    }
  }
}

function isPassing(error: Error | undefined): boolean {
  return isMoved(error) || passing.has(protocolType(error) ?? '');
}

function isOfConnection(error: unknown): boolean {
  return error instanceof AppError && ['connection_lost', 'host_timeout', 'host_refused'].includes(error.code);
}
