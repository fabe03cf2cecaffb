import kafkajs from 'kafkajs';
import { AppError } from '../../../shared/error.ts';
import type {
  Cluster,
  Consumer,
  ConsumeSettings,
  KafkaEvent,
  KafkaSettings,
  PartitionRange,
  Producer,
} from '../cluster.ts';
import { clusterIdAt } from './cluster-id.ts';
import { Connection, publicConfig } from './connection.ts';
import { GroupConsumer } from './consumer.ts';
import type { RequestContext } from './failure.ts';
import { IdempotentProducer } from './producer.ts';
import { topicIdAt } from './topic-id.ts';
import {
  latestEvents,
  requireGroupRight,
  requireWriteRight,
  retryWhileMoved,
  topicRanges,
  untilLed,
} from './topics.ts';

/** Questions share one connection, which is opened for the first and again after a failure; consumers and producers have their own. */
export class KafkajsCluster implements Cluster {
  readonly #settings: KafkaSettings;
  readonly #members = new Set<{ stop(): Promise<void> }>();
  #connection: Connection | undefined;
  #isClosed = false;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  id(): Promise<string> {
    return this.#request({}, async (connection) => {
      await connection.cluster.connect();
      return await clusterIdAt(await connection.anyBroker());
    });
  }

  topicId(topic: string): Promise<string | undefined> {
    return this.#request({ topic }, async (connection) => {
      await connection.cluster.connect();
      return await topicIdAt(await connection.anyBroker(), topic);
    });
  }

  ranges(topic: string): Promise<PartitionRange[]> {
    return this.#requestOf(topic, 'READ', async (connection) => {
      // A consumer may know of a new partition already, and asks where it begins.
      await connection.cluster.refreshMetadata();
      return await topicRanges(connection, topic);
    });
  }

  latest(topic: string): Promise<KafkaEvent | undefined> {
    return this.latestEvents(topic, 1).then(([event]) => event);
  }

  latestEvents(topic: string, count: number): Promise<KafkaEvent[]> {
    return this.#requestOf(topic, 'READ', (connection) => latestEvents(connection, topic, count));
  }

  requireWritable(topic: string): Promise<void> {
    return this.#requestOf(topic, 'WRITE', (connection) => requireWriteRight(connection, topic));
  }

  requireGroup(groupId: string): Promise<void> {
    return this.#request({ groupId }, async (connection) => {
      await connection.cluster.connect();
      await untilLed(connection, () => connection.cluster.refreshMetadata());
      await requireGroupRight(connection, groupId);
    });
  }

  async ensureTopic(topic: string, partitions: number): Promise<void> {
    if (await this.#hasTopic(topic)) return;
    await this.#request({ topic, right: 'CREATE' }, (connection) => this.#makeTopic(connection, topic, partitions));
  }

  async consume(settings: ConsumeSettings): Promise<Consumer> {
    return this.#keep(new GroupConsumer(this.#settings, settings));
  }

  async produce(): Promise<Producer> {
    const producer = new IdempotentProducer(this.#settings);
    await producer.open();
    return this.#keep(producer);
  }

  /** Whatever waits for an answer fails at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#members].map((member) => member.stop()));
    await this.#connection?.[Symbol.asyncDispose]();
    this.#connection = undefined;
  }

  async #hasTopic(topic: string): Promise<boolean> {
    try {
      await this.#requestOf(topic, 'CREATE', () => Promise.resolve());
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'path_missing') return false;
      throw error;
    }
  }

  async #makeTopic(connection: Connection, topic: string, numPartitions: number): Promise<void> {
    const admin = new kafkajs.Kafka(publicConfig(this.#settings, connection.sockets)).admin();
    await admin.connect();
    try {
      await admin.createTopics({
        topics: [{ topic, numPartitions }],
        waitForLeaders: false,
        timeout: connection.timeoutMs,
      });
    } finally {
      await admin.disconnect();
    }
    // The broker that made it need not know it yet.
    await retryWhileMoved(connection, () => connection.cluster.addTargetTopic(topic));
  }

  #keep<T extends { stop(): Promise<void> }>(member: T): T {
    this.#members.add(member);
    return member;
  }

  #requestOf<T>(
    topic: string,
    right: RequestContext['right'],
    act: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    return this.#request({ topic, right }, async (connection) => {
      await connection.cluster.connect();
      await untilLed(connection, async () => {
        await connection.cluster.addTargetTopic(topic);
        await connection.cluster.refreshMetadataIfNecessary();
      });
      return await retryWhileMoved(connection, () => act(connection));
    });
  }

  /** A connection that has been idle may have been ended by a broker, so on an old one a question is asked twice. */
  async #request<T>(context: RequestContext, act: (connection: Connection) => Promise<T>): Promise<T> {
    const isOld = this.#connection !== undefined;
    try {
      return await this.#requestOnce(context, act);
    } catch (error) {
      if (!isOld || !(error instanceof AppError) || error.code !== 'connection_lost') throw error;
      return await this.#requestOnce(context, act);
    }
  }

  async #requestOnce<T>(context: RequestContext, act: (connection: Connection) => Promise<T>): Promise<T> {
    this.#requireOpen();
    this.#connection ??= new Connection(this.#settings);
    const connection = this.#connection;
    try {
      return await connection.request(context, () => act(connection));
    } catch (error) {
      if (!(error instanceof AppError && answered.has(error.code))) await this.#drop(connection);
      this.#requireOpen();
      throw error;
    }
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new AppError('cancelled', 'The connection to Kafka was given up, so it is not asked.');
  }

  async #drop(connection: Connection): Promise<void> {
    if (this.#connection === connection) this.#connection = undefined;
    await connection[Symbol.asyncDispose]();
  }
}

/** The cluster said no; the connection to it is as good as before. */
const answered = new Set(['path_missing', 'permission_denied']);
