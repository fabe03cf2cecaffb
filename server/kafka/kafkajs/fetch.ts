import type { Broker } from 'kafkajs/src/cluster/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import encodeFetch from 'kafkajs/src/protocol/requests/fetch/v11/request.js';
import { AppError } from '../../../shared/error.ts';

const fetchKey = 1;
/** Brokers know it since Kafka 2.3. */
const version = 11;
/** The topic's id is not the one that the broker began to answer with: it was made anew under the same name. */
const otherTopicCodes = [100, 103];
const unknownTopicCode = 3;
const consumerReplicaId = -1;
/** Only what transactions have committed. */
export const readCommitted = 1;

export interface FetchRequest {
  topic: string;
  partitions: readonly { partition: number; offset: number }[];
  maxBytesPerPartition: number;
  maxBytes: number;
  /** How long the broker may wait for the first byte. */
  maxWaitMs: number;
}

/** What the broker said of one partition. */
export interface FetchedPartition {
  partition: number;
  error?: Error;
  /** What transactions have not decided yet begins here. */
  lastStableOffset: number;
  /** In the order in which they ended. */
  abortedTransactions: { producerId: bigint; firstOffset: number }[];
  /** Batches of records one after the other, the last of them perhaps cut. */
  records: Buffer;
}

interface FetchResponse {
  clientSideThrottleTime: number;
  errorCode: number;
  partitions: FetchedPartition[];
}

/**
 * One fetch of a topic's partitions; the broker fills its answer in their order. kafkajs's own answer is not used: it fails
 * as a whole where one partition does, leaves out batches that compaction has emptied, and cannot hold very many records.
 */
export async function fetchFrom(broker: Broker, request: FetchRequest): Promise<FetchedPartition[]> {
  if ((broker.versions?.[fetchKey]?.maxVersion ?? 0) < version)
    throw new AppError('protocol_error', 'This Kafka is older than 2.3 and cannot be read. Use a newer one.');
  const { topic, maxBytesPerPartition, maxBytes, maxWaitMs } = request;
  const partitions = request.partitions.map(({ partition, offset }) => ({
    ...{ partition, fetchOffset: String(offset), maxBytes: maxBytesPerPartition },
  }));
  const answer = await broker.connectionPool.send({
    request: encodeFetch({
      ...{ replicaId: consumerReplicaId, maxWaitTime: maxWaitMs, minBytes: 1, maxBytes },
      ...{ isolationLevel: readCommitted, topics: [{ topic, partitions }] },
    }),
    response: {
      decode: (bytes) => Promise.resolve(decodeResponse(bytes)),
      parse: (decoded) => Promise.resolve(decoded),
    },
  });
  if (answer.errorCode !== 0) throw createErrorFromCode(answer.errorCode);
  return answer.partitions;
}

/** https://kafka.apache.org/protocol#The_Messages_Fetch */
function decodeResponse(bytes: Buffer): FetchResponse {
  const decoder = new Decoder(bytes);
  const [clientSideThrottleTime, errorCode] = [decoder.readInt32(), decoder.readInt16()];
  // The session, which we have none of.
  decoder.readInt32();
  const partitions = decoder.readArray((topic) => {
    topic.readString();
    return topic.readArray(decodePartition);
  });
  return { clientSideThrottleTime, errorCode, partitions: partitions.flat() };
}

function decodePartition(decoder: Decoder): FetchedPartition {
  const [partition, errorCode] = [decoder.readInt32(), decoder.readInt16()];
  // How far it is written, and where its log begins.
  decoder.readInt64();
  const lastStableOffset = Number(decoder.readInt64());
  decoder.readInt64();
  const abortedTransactions = decoder.readArray(decodeAborted);
  // Another replica to read from, which is given only to those who name their rack.
  decoder.readInt32();
  const records = decoder.readBytes() ?? Buffer.alloc(0);
  return {
    ...{ partition, lastStableOffset, abortedTransactions, records },
    ...(errorCode !== 0 && {
      error: createErrorFromCode(otherTopicCodes.includes(errorCode) ? unknownTopicCode : errorCode),
    }),
  };
}

function decodeAborted(decoder: Decoder): { producerId: bigint; firstOffset: number } {
  return { producerId: decoder.readInt64(), firstOffset: Number(decoder.readInt64()) };
}
