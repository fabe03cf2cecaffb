/**
 * The parts of kafkajs 2.2.4 that its own types leave out and that we use: connections to brokers with one method for each
 * request of the protocol. Offsets are decimal strings there.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { ConnectionOptions } from 'node:tls';
  import type { ISocketFactory, Message, RetryOptions, SASLOptions } from 'kafkajs';

  export interface InternalLogger {
    namespace(name: string): InternalLogger;
    debug(message: string, extra?: object): void;
    info(message: string, extra?: object): void;
    warn(message: string, extra?: object): void;
    error(message: string, extra?: object): void;
  }

  export interface ClusterOptions {
    logger: InternalLogger;
    socketFactory: ISocketFactory;
    brokers: string[];
    ssl: ConnectionOptions | null;
    sasl: SASLOptions | null;
    clientId: string;
    connectionTimeout: number;
    authenticationTimeout: number;
    reauthenticationThreshold: number;
    requestTimeout: number;
    enforceRequestTimeout: boolean;
    metadataMaxAge: number;
    retry: RetryOptions;
    allowAutoTopicCreation: boolean;
    /** 1: only what transactions have committed. */
    isolationLevel: 0 | 1;
  }

  export interface PartitionMetadata {
    partitionId: number;
    leader: number;
  }

  export interface FetchedPartition {
    partition: number;
    highWatermark: string;
    /** In the order in which they ended. */
    abortedTransactions: { producerId: string; firstOffset: string }[];
    messages: FetchedRecord[];
    /** After the last batch of the answer, as `batch-ends.ts` finds it; undefined where there is none, or the broker is old. */
    next?: number;
  }

  /** Without `batchContext` where a broker before 0.11 wrote it, which knows no transactions. */
  export interface FetchedRecord {
    offset: string;
    key: Buffer | null;
    value: Buffer | null;
    timestamp: string;
    isControlRecord?: boolean;
    batchContext?: { producerId: string; inTransaction: boolean };
  }

  export interface Broker {
    metadata(topics: string[]): Promise<{
      clusterId: string;
      topicMetadata: { topic: string; partitionMetadata: PartitionMetadata[] }[];
    }>;
    findGroupCoordinator(request: {
      groupId: string;
      coordinatorType: 0;
    }): Promise<{ coordinator: { nodeId: number } }>;
    joinGroup(request: {
      groupId: string;
      memberId: string;
      sessionTimeout: number;
      rebalanceTimeout: number;
      groupProtocols: { name: string; metadata: Buffer }[];
    }): Promise<{
      generationId: number;
      leaderId: string;
      memberId: string;
      members: { memberId: string; memberMetadata: Buffer }[];
    }>;
    syncGroup(request: {
      groupId: string;
      generationId: number;
      memberId: string;
      groupAssignment: { memberId: string; memberAssignment: Buffer }[];
    }): Promise<{ memberAssignment: Buffer }>;
    heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
    offsetCommit(request: {
      groupId: string;
      groupGenerationId: number;
      memberId: string;
      topics: { topic: string; partitions: { partition: number; offset: string }[] }[];
    }): Promise<unknown>;
    offsetFetch(request: {
      groupId: string;
      topics: { topic: string; partitions: { partition: number }[] }[];
    }): Promise<{ responses: { partitions: { partition: number; offset: string }[] }[] }>;
    listOffsets(request: {
      isolationLevel: 0 | 1;
      topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
    }): Promise<{ responses: { partitions: { partition: number; offset: string }[] }[] }>;
    fetch(request: {
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      isolationLevel: 0 | 1;
      topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
    }): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>;
    produce(request: {
      acks: -1;
      timeout: number;
      producerId: number;
      producerEpoch: number;
      topicData: {
        topic: string;
        partitions: { partition: number; firstSequence: number; messages: Message[] }[];
      }[];
    }): Promise<unknown>;
  }

  export default class Cluster {
    constructor(options: ClusterOptions);
    readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addTargetTopic(topic: string): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findBroker(place: { nodeId: number | string }): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  }
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  import type { FetchedPartition } from 'kafkajs/src/cluster/index.js';

  export interface FetchResponse {
    responses: { topicName: string; partitions: FetchedPartition[] }[];
  }

  /** The module itself: whatever is put in the place of `decode` is used. */
  const response: { decode(bytes: Buffer): Promise<FetchResponse> };
  export default response;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[];
    throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'snappyjs' {
  /** Throws where it would be longer than `maxLength`. */
  function uncompress(packed: Buffer, maxLength: number): Buffer;
  export default { uncompress };
}

declare module 'lz4js' {
  function decompress(frame: Buffer, maxSize?: number): Uint8Array;
  /** At most so many bytes come out. */
  function decompressBound(frame: Buffer): number;
  export default { decompress, decompressBound };
}
