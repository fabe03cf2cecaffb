import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Kafka, type KafkaMessage, type Producer } from 'kafkajs';
import { eventually, patienceMs } from './eventually.ts';
import type { KafkaUsers, ReadEvent } from './kafka.ts';

export interface EventToSend {
  key?: string;
  /** Null is a tombstone. */
  value: string | Buffer | null;
  partition?: number;
  headers?: Record<string, string>;
}

/** What tests do to a cluster by themselves, beside the product's own way to it. */
export interface KafkaTools {
  createTopic(name: string, partitions?: number, settings?: Record<string, string>): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  send(topic: string, events: readonly EventToSend[]): Promise<void>;
  readAll(topic: string, untilCount: number): Promise<ReadEvent[]>;
  committed(groupId: string, topic: string): Promise<Map<number, number>>;
  grant(users: KafkaUsers): Promise<void>;
  close(): Promise<void>;
}

// A CommonJS module whose names Node cannot see.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, logLevel, ResourcePatternTypes } = kafkajs;

const sendAtOnce = 5_000;

/** `isIdempotent`: what a broker asks to be sent again, because it just began, is written once; the mock cannot do it. */
export function openKafkaTools(brokers: string[], { isIdempotent }: { isIdempotent: boolean }): KafkaTools {
  const kafka = new kafkajs.Kafka({
    ...{ clientId: 'test', brokers, logLevel: logLevel.NOTHING },
    // A broker that just started, or was frozen, is waited for.
    retry: { retries: 12, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  let admin: Promise<Admin> | undefined;
  let producer: Promise<Producer> | undefined;
  const openAdmin = () => {
    admin ??= connected(kafka.admin());
    return admin;
  };
  const openProducer = () => {
    producer ??= connected(
      kafka.producer({ allowAutoTopicCreation: false, idempotent: isIdempotent, maxInFlightRequests: 1 }),
    );
    return producer;
  };
  return {
    async createTopic(topic, numPartitions = 1, settings = {}) {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      const topics = [{ topic, numPartitions, configEntries }];
      await (await openAdmin()).createTopics({ topics, waitForLeaders: false });
      await eventually(`${topic} can be used`, async () => await hasLeaders(await openAdmin(), topic));
    },
    async deleteTopic(topic) {
      const admin = await openAdmin();
      await admin.deleteTopics({ topics: [topic] });
      // The broker may not know yet: what is made anew would be written into what is being deleted.
      await eventually(`${topic} is gone`, async () => !(await admin.listTopics()).includes(topic));
    },
    async send(topic, events) {
      for (let at = 0; at < events.length; at += sendAtOnce) {
        const messages = events.slice(at, at + sendAtOnce);
        await (await openProducer()).send({ topic, messages, acks: -1 });
      }
    },
    readAll: (topic, untilCount) => readAll(kafka, topic, untilCount),
    async committed(groupId, topic) {
      const [found] = await (await openAdmin()).fetchOffsets({ groupId, topics: [topic] });
      return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    },
    grant: async (users) => await grant(await openAdmin(), users),
    async close() {
      await Promise.all([(await producer)?.disconnect(), (await admin)?.disconnect()]);
    },
  };
}

/** A broker may not know yet what it has just made, and kafkajs's own wait for leaders ends with that. */
async function hasLeaders(admin: Admin, topic: string): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    if (error instanceof Error && 'type' in error && awaited.includes(String(error.type))) return false;
    throw error;
  }
}

const awaited = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];

async function connected<T extends { connect(): Promise<void> }>(client: T): Promise<T> {
  await client.connect();
  return client;
}

async function readAll(kafka: Kafka, topic: string, untilCount: number): Promise<ReadEvent[]> {
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 200 });
  const events: ReadEvent[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      events.push({ partition, ...eventOf(message) });
      return Promise.resolve();
    },
  });
  try {
    const what = `${untilCount} events on ${topic}`;
    await eventually(what, () => events.length >= untilCount, patienceMs).catch((error: Error) => {
      throw new Error(`${error.message}; there are ${events.length}`);
    });
    return events;
  } finally {
    await consumer.disconnect();
  }
}

function eventOf(message: KafkaMessage): Omit<ReadEvent, 'partition'> {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    ...{ offset: Number(message.offset), key: message.key, value: message.value },
    ...{ timestampMs: Number(message.timestamp), headers: Object.fromEntries(headers) },
  };
}

async function grant(admin: Admin, { readOnly, noGroup, writeOnly }: KafkaUsers): Promise<void> {
  const { TOPIC, GROUP } = AclResourceTypes;
  const { READ, WRITE } = AclOperationTypes;
  const rights = [
    { user: readOnly, resourceType: TOPIC, operation: READ },
    { user: readOnly, resourceType: GROUP, operation: READ },
    { user: noGroup, resourceType: TOPIC, operation: READ },
    { user: writeOnly, resourceType: TOPIC, operation: WRITE },
  ];
  await admin.createAcls({
    acl: rights.map(({ user, resourceType, operation }) => ({
      ...{ resourceType, operation, principal: `User:${user.username}` },
      ...{ resourceName: '*', resourcePatternType: ResourcePatternTypes.LITERAL, host: '*' },
      permissionType: AclPermissionTypes.ALLOW,
    })),
  });
}
