/**
 * The parts of kafkajs 2.2.4 that its own types leave out and that we use: connections to brokers with one method for each
 * request of the protocol. Offsets are decimal strings there.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { ConnectionOptions } from 'node:tls';
  import type { ISocketFactory, PartitionMetadata, RetryOptions, SASLOptions } from 'kafkajs';

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

  /** What is sent, and how its answer is read. */
  export interface ProtocolRequest<T> {
    request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<object> };
    response: { decode(bytes: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
  }

  export interface Broker {
    /** By the number of the request; null until it is connected. */
    readonly versions: Record<number, { maxVersion: number }> | null;
    readonly connectionPool: { send<T>(request: ProtocolRequest<T>): Promise<T> };
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
    initProducerId(request: { transactionTimeout: number }): Promise<{ producerId: string; producerEpoch: number }>;
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

declare module 'kafkajs/src/protocol/requests/fetch/v11/request.js' {
  import type { ProtocolRequest } from 'kafkajs/src/cluster/index.js';

  export default function encodeFetch(request: {
    replicaId: number;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: 0 | 1;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): ProtocolRequest<unknown>['request'];
}

declare module 'kafkajs/src/protocol/requests/produce/v7/request.js' {
  import type { Message } from 'kafkajs';
  import type { ProtocolRequest } from 'kafkajs/src/cluster/index.js';

  export default function encodeProduce(request: {
    acks: number;
    timeout: number;
    producerId: string;
    producerEpoch: number;
    topicData: {
      topic: string;
      partitions: { partition: number; firstSequence: number; messages: Message[] }[];
    }[];
  }): ProtocolRequest<unknown>['request'];
}

declare module 'kafkajs/src/protocol/requests/produce/v7/response.js' {
  const response: {
    decode(bytes: Buffer): Promise<{ topics: { partitions: { partition: number; errorCode: number }[] }[] }>;
  };
  export default response;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeInt32(value: number): this;
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string | null): this;
    writeUVarIntArray(entries: Encoder[]): this;
    writeBoolean(value: boolean): this;
    writeBuffer(value: Buffer): this;
    writeEncoder(value: Encoder): this;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(bytes: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readString(): string | null;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readUVarInt(): number;
    readUVarIntString(): string | null;
    readUVarIntArray(read: (decoder: Decoder) => void): void;
    readBytes(length: number): Buffer;
    /** Behind their length; null where it is −1. */
    readBytes(): Buffer | null;
    readTaggedFields(): void;
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  export function createErrorFromCode(code: number): Error;
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[];
    throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'snappyjs' {
  function uncompress(packed: Buffer): Buffer;
  export default { uncompress };
}

declare module 'lz4js' {
  function decompress(frame: Buffer, maxSize?: number): Uint8Array;
  /** At most so many bytes come out. */
  function decompressBound(frame: Buffer): number;
  export default { decompress, decompressBound };
}
