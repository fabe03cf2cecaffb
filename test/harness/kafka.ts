import { randomBytes } from 'node:crypto';
import type { KafkaAddress, KafkaEvent, SaslMechanism } from '../../server/kafka/cluster.ts';
import { localhostCertificate } from './certificate.ts';
import { type EventToSend, openKafkaTools } from './kafka-events.ts';
import { missingForMock, startMockBroker } from './kafka-mock.ts';
import { type BrokerOptions, startBroker } from './kafka-server.ts';
import { missingForJava } from './maven.ts';

/** A Kafka cluster of one broker to test with. */
export interface TestKafka {
  /** Apache Kafka itself, not a mock of it. */
  isReal: boolean;
  /** Where clients connect, `host:port`. */
  brokers: string[];
  /** How this user connects; without one: the user that may do everything. Without SASL the user counts for nothing. */
  address(user?: KafkaUser, mechanism?: SaslMechanism): KafkaAddress;
  users: KafkaUsers;
  createTopic(name: string, partitions?: number, settings?: Record<string, string>): Promise<void>;
  deleteTopic(name: string): Promise<void>;
  send(topic: string, events: readonly EventToSend[]): Promise<void>;
  /** All events of the topic as soon as there are as many as `untilCount`, each partition's in order. */
  readAll(topic: string, untilCount: number): Promise<ReadEvent[]>;
  /** What the group has committed, by partition. */
  committed(groupId: string, topic: string): Promise<Map<number, number>>;
  /** The broker stands still with its connections open, as a machine that hangs. */
  freeze(): void;
  thaw(): void;
  /** As kill −9 of the broker; `start` brings it back with the same address and what it had on disk. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface KafkaUser {
  username: string;
  password: string;
}

/** With `acl` each has these rights and no others; without it all may do everything. */
export interface KafkaUsers {
  /** Everything. */
  good: KafkaUser;
  /** Reads topics, in any group. */
  readOnly: KafkaUser;
  /** Reads topics, but in no group. */
  noGroup: KafkaUser;
  /** Writes to topics. */
  writeOnly: KafkaUser;
  /** May sign in, and nothing else. */
  nobody: KafkaUser;
}

export type ReadEvent = KafkaEvent & { partition: number; headers: Record<string, string> };

export interface KafkaOptions {
  sasl?: boolean;
  tls?: boolean;
  /** Rights are asked for; implies `sasl`. */
  acl?: boolean;
  /** Compacted topics are, as soon as they may be. */
  compaction?: boolean;
}

/** What only a broker that is our own process can do, or only Apache Kafka itself. */
export type KafkaNeed =
  | 'sasl'
  | 'tls'
  | 'acl'
  | 'freeze'
  | 'restart'
  | 'groups'
  | 'compression'
  | 'topics'
  | 'idempotence';

const mockLacks: readonly KafkaNeed[] = [
  'sasl',
  'tls',
  'acl',
  'groups',
  'restart',
  'compression',
  'topics',
  'idempotence',
];
const foreignLacks: readonly KafkaNeed[] = ['sasl', 'tls', 'acl', 'freeze', 'restart'];

/** Why a test with these needs cannot run here; undefined where it can. To be printed where a test is skipped. */
export function missingForKafka(...needs: KafkaNeed[]): string | undefined {
  if (process.env.KAFKA_BROKERS) return lackOf('the cluster in KAFKA_BROKERS', foreignLacks, needs);
  const javaLacks = missingForJava();
  if (!javaLacks) return undefined;
  const mockMissing = missingForMock();
  if (mockMissing) return `${javaLacks}, and ${mockMissing}`;
  const reason = lackOf("kcat's mock of Kafka", mockLacks, needs);
  return reason && `${reason}: ${javaLacks}`;
}

/** Skips the test, or the suite whose `before` this is, where these needs are not met here, and prints why. */
export function skipWithoutKafka(test: Mocha.Context, ...needs: KafkaNeed[]): void {
  const missing = missingForKafka(...needs);
  if (!missing) return;
  console.log(`      skipped: ${missing}`);
  test.skip();
}

function lackOf(who: string, lacks: readonly KafkaNeed[], needs: KafkaNeed[]): string | undefined {
  const missing = needs.filter((need) => lacks.includes(need));
  return missing.length === 0 ? undefined : `${who} cannot do ${missing.join(', ')}`;
}

/**
 * Apache Kafka where Java and Maven are there, else kcat's mock; KAFKA_BROKERS overrides both. Gone when the process ends.
 * Fails where `missingForKafka` gives a reason.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<TestKafka> {
  const needs = (['sasl', 'tls', 'acl'] as const).filter((need) => options[need]);
  const reason = missingForKafka(...needs);
  if (reason) throw new Error(reason);
  const users = makeUsers();
  const broker = await openBroker({
    sasl: (options.sasl || options.acl) ?? false,
    tls: options.tls ?? false,
    acl: options.acl ?? false,
    compaction: options.compaction ?? false,
    users,
  });
  const tools = openKafkaTools(broker.insideBrokers, { isIdempotent: broker.isReal });
  if (options.acl) await tools.grant(users);
  return {
    ...{ isReal: broker.isReal, brokers: broker.brokers, users },
    address: (user = users.good, mechanism = 'plain') => ({
      brokers: broker.brokers,
      ...(options.tls && { tls: { ca: localhostCertificate } }),
      ...((options.sasl || options.acl) && { sasl: { mechanism, ...user } }),
    }),
    // The mock makes each topic when it is first used, with four partitions, and knows no other way.
    createTopic: broker.isReal ? tools.createTopic : () => Promise.resolve(),
    ...{ deleteTopic: tools.deleteTopic, send: tools.send },
    ...{ readAll: tools.readAll, committed: tools.committed },
    ...{ freeze: broker.freeze, thaw: broker.thaw, kill: broker.kill, start: broker.start },
    async stop() {
      await tools.close();
      await broker.stop();
    },
  };
}

async function openBroker(options: BrokerOptions): ReturnType<typeof startBroker> {
  if (process.env.KAFKA_BROKERS) return foreignBroker(process.env.KAFKA_BROKERS);
  return missingForJava() ? await startMockBroker() : await startBroker(options);
}

function foreignBroker(list: string): Awaited<ReturnType<typeof startBroker>> {
  const brokers = list.split(',').map((each) => each.trim());
  const refuse = () => {
    throw new Error('The cluster in KAFKA_BROKERS is not ours to stop.');
  };
  const nothing = () => Promise.resolve();
  return {
    ...{ isReal: true, brokers, insideBrokers: brokers, stop: nothing },
    ...{ freeze: refuse, thaw: refuse, kill: refuse, start: refuse },
  };
}

function makeUsers(): KafkaUsers {
  const user = (username: string) => ({ username, password: randomBytes(18).toString('hex') });
  return {
    good: user('good'),
    readOnly: user('reader'),
    noGroup: user('groupless'),
    writeOnly: user('writer'),
    nobody: user('nobody'),
  };
}
