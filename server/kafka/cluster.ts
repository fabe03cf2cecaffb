import type { Log } from '../log.ts';
import type { Egress } from '../security/egress.ts';

/** Where a cluster is and who we are there. */
export interface KafkaAddress {
  /** `host:port`; any of them leads to the others. */
  brokers: string[];
  /** Absent: plain text. `ca`: a PEM bundle beside the authorities that everybody trusts. */
  tls?: { ca?: string | undefined } | undefined;
  sasl?: { mechanism: SaslMechanism; username: string; password: string } | undefined;
}

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface KafkaSettings {
  address: KafkaAddress;
  /** How we appear in the broker's logs. */
  clientId: string;
  /** The guarded way out, for customers' clusters: it also judges the addresses that brokers name. Our own has none. */
  egress?: Egress | undefined;
  log: Log;
  /** How long a broker may take to accept a connection and to answer. */
  timeoutMs?: number;
}

/** One event, as its partition has it. */
export interface KafkaEvent {
  offset: number;
  key: Buffer | null;
  /** Null is a tombstone. */
  value: Buffer | null;
  timestampMs: number;
  /**
   * Why nothing can be read here, with what to do: this one stands for all events of a batch that unpacks to more than
   * 256 MiB, that is older than Kafka 0.11, or that is damaged, and its value is null.
   */
  unreadable?: string;
}

/**
 * Events of one partition, in order, without gaps but for those of the log itself (compaction, marks of transactions and what
 * they have aborted). Where there is nothing but such gaps, there are no events, and only `next` is further.
 */
export interface EventBatch {
  partition: number;
  events: readonly KafkaEvent[];
  /** Where the fetch began: every event of the log from here up to `next` is in `events`. */
  from: number;
  /** Where the partition is read on. */
  next: number;
  /** The next offset that the partition will give: what is between `next` and this one is lag. */
  end: number;
}

/** The first offset that a partition still has, and the next that it will give. */
export interface PartitionRange {
  partition: number;
  first: number;
  end: number;
}

export interface ConsumeSettings {
  groupId: string;
  topic: string;
  /** Where to begin with partitions that were just given to us; those left out begin where the group was, or at the first event. */
  positions(partitions: number[]): Promise<Map<number, number>>;
  /**
   * Stores a batch. Called for several partitions at once, for one partition only one after the other. What it resolves
   * to is where that partition goes on: `batch.next`, or another place to seek to. The group's own offset is committed after it,
   * for tools that show lag; nothing depends on it. A failure is tried again, the longer the oftener it fails, without the partition being
   * lost to the group.
   */
  take(batch: EventBatch): Promise<number>;
  /** Told of each change of what is ours, and when a consumer that had stopped without a word was started again. */
  onChange?(change: ConsumerChange): void;
  /** Events that are handed over at once, about; partitions that are worked on at once. */
  maxBytesPerPartition?: number;
  partitionsAtOnce?: number;
  /** After so long without a sign of life another member gets our partitions. */
  sessionTimeoutMs?: number;
}

export type ConsumerChange =
  | { kind: 'assigned'; partitions: number[] }
  | { kind: 'failed'; error: unknown }
  /** The first answer to a fetch after a failure. */
  | { kind: 'worked' }
  | { kind: 'restarted'; reason: string };

/** A member of a consumer group. */
export interface Consumer {
  /** The partitions that are ours now. */
  partitions(): readonly number[];
  /** Leaves the group after the batches under way. */
  stop(): Promise<void>;
}

export interface OutgoingEvent {
  key: string;
  value: Buffer;
}

/** Sends events so that each is written once within a session of the producer, however often the network makes it ask again. */
export interface Producer {
  /** Resolves when all in-sync replicas have them. */
  send(topic: string, events: readonly OutgoingEvent[]): Promise<void>;
  stop(): Promise<void>;
}

/**
 * One cluster, reached by one client library; nothing outside this folder knows which. Failures are AppErrors: `host_unknown`,
 * `host_refused`, `host_timeout`, `egress_blocked`, `sign_in_refused`, `permission_denied` (with the right that is missing),
 * `path_missing` for a topic that is not there, `connection_lost`, `protocol_error`; `cancelled` once it is disposed of.
 */
export interface Cluster extends AsyncDisposable {
  /** Connects and signs in. Gives the cluster's own id, which a cluster that was set up anew does not share. */
  id(): Promise<string>;
  /**
   * The id that the topic got when it was made: one that was deleted and made anew under the same name has another. Undefined
   * where the broker is too old to give ids (before Kafka 2.8, and kcat's mock): there nothing tells the two apart.
   */
  topicId(topic: string): Promise<string | undefined>;
  /** The topic's partitions. */
  ranges(topic: string): Promise<PartitionRange[]>;
  /** Makes a topic unless it is there. */
  ensureTopic(topic: string, partitions: number): Promise<void>;
  /** The last event of a topic that has any; proves the right to read. Joins no group. */
  latest(topic: string): Promise<KafkaEvent | undefined>;
  /** Of all partitions the newest events, at most so many and the newest first. Where transactions end, there may be fewer. */
  latestEvents(topic: string, count: number): Promise<KafkaEvent[]>;
  /** Whether this login may write to the topic, found out without writing anything to it. */
  requireWritable(topic: string): Promise<void>;
  /** Whether this login may join the group, found out without joining it. */
  requireGroup(groupId: string): Promise<void>;
  /**
   * Begins to consume, and goes on until it is stopped. A cluster that is away, a right that is missing: all is told by `onChange`
   * and tried again. Fails only with `invalid` settings.
   */
  consume(settings: ConsumeSettings): Promise<Consumer>;
  /** Connects first; fails as the other questions do. */
  produce(): Promise<Producer>;
}
