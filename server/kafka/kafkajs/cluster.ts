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
import { GroupConsumer } from './consumer.ts';
import type { Asked } from './failure.ts';
import { Line, publicConfig } from './line.ts';
import { IdempotentProducer } from './producer.ts';
import { latestEvent, requireGroupRight, requireWriteRight, topicRanges, whereItLies } from './topics.ts';

/** Questions share one line, which is opened for the first and again after a failure; consumers and producers have their own. */
export class KafkajsCluster implements Cluster {
  readonly #settings: KafkaSettings;
  readonly #members = new Set<{ stop(): Promise<void> }>();
  #line: Line | undefined;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  id(): Promise<string> {
    return this.#ask({}, async (line) => {
      await line.cluster.connect();
      const { clusterId } = await (await line.anyBroker()).metadata([]);
      return clusterId;
    });
  }

  ranges(topic: string): Promise<PartitionRange[]> {
    return this.#askOf(topic, 'READ', async (line) => {
      // A consumer may know of a new partition already, and asks where it begins.
      await line.cluster.refreshMetadata();
      return await topicRanges(line, topic);
    });
  }

  latest(topic: string): Promise<KafkaEvent | undefined> {
    return this.#askOf(topic, 'READ', (line) => latestEvent(line, topic));
  }

  requireWritable(topic: string): Promise<void> {
    return this.#askOf(topic, 'WRITE', (line) => requireWriteRight(line, topic));
  }

  requireGroup(groupId: string): Promise<void> {
    return this.#ask({ groupId }, async (line) => {
      await line.cluster.connect();
      await line.cluster.refreshMetadata();
      await requireGroupRight(line, groupId);
    });
  }

  async ensureTopic(topic: string, partitions: number): Promise<void> {
    if (await this.#hasTopic(topic)) return;
    await this.#ask({ topic, right: 'CREATE' }, (line) => this.#makeTopic(line, topic, partitions));
  }

  async consume(settings: ConsumeSettings): Promise<Consumer> {
    return this.#keep(new GroupConsumer(this.#settings, settings));
  }

  async produce(): Promise<Producer> {
    const producer = new IdempotentProducer(this.#settings);
    await producer.open();
    return this.#keep(producer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.stop()));
    await this.#line?.[Symbol.asyncDispose]();
    this.#line = undefined;
  }

  async #hasTopic(topic: string): Promise<boolean> {
    try {
      await this.#askOf(topic, 'CREATE', () => Promise.resolve());
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'path_missing') return false;
      throw error;
    }
  }

  async #makeTopic(line: Line, topic: string, numPartitions: number): Promise<void> {
    const admin = new kafkajs.Kafka(publicConfig(this.#settings, line.sockets)).admin();
    await admin.connect();
    try {
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true, timeout: line.timeoutMs });
    } finally {
      await admin.disconnect();
    }
  }

  #keep<T extends { stop(): Promise<void> }>(member: T): T {
    this.#members.add(member);
    return member;
  }

  #askOf<T>(topic: string, right: Asked['right'], act: (line: Line) => Promise<T>): Promise<T> {
    return this.#ask({ topic, right }, async (line) => {
      await line.cluster.connect();
      await line.cluster.addTargetTopic(topic);
      await line.cluster.refreshMetadataIfNecessary();
      return await whereItLies(line, () => act(line));
    });
  }

  /** A line that has been idle may have been ended by a broker, so on an old one a question is asked twice. */
  async #ask<T>(asked: Asked, act: (line: Line) => Promise<T>): Promise<T> {
    const isOld = this.#line !== undefined;
    try {
      return await this.#askOnce(asked, act);
    } catch (error) {
      if (!isOld || !(error instanceof AppError) || error.code !== 'connection_lost') throw error;
      return await this.#askOnce(asked, act);
    }
  }

  async #askOnce<T>(asked: Asked, act: (line: Line) => Promise<T>): Promise<T> {
    this.#line ??= new Line(this.#settings);
    const line = this.#line;
    try {
      return await line.ask(asked, () => act(line));
    } catch (error) {
      if (!(error instanceof AppError && answered.has(error.code))) await this.#drop(line);
      throw error;
    }
  }

  async #drop(line: Line): Promise<void> {
    if (this.#line === line) this.#line = undefined;
    await line[Symbol.asyncDispose]();
  }
}

/** The cluster said no; the line to it is as good as before. */
const answered = new Set(['path_missing', 'permission_denied']);
