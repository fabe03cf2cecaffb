import type { Message } from 'kafkajs';
import type { Broker } from 'kafkajs/src/cluster/index.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import encodeProduce from 'kafkajs/src/protocol/requests/produce/v7/request.js';
import response from 'kafkajs/src/protocol/requests/produce/v7/response.js';

/** What all in-sync replicas have is written. */
const allReplicas = -1;

export interface ProduceRequest {
  topic: string;
  /** −1 and −1: not numbered, so that a repeat is not known. */
  producerId: string;
  producerEpoch: number;
  timeoutMs: number;
  partitions: { partition: number; firstSequence: number; messages: Message[] }[];
}

/** One request to the broker that leads these partitions. Each with its refusal: kafkajs tells the first of them alone. */
export async function produceTo(broker: Broker, request: ProduceRequest): Promise<Map<number, Error | undefined>> {
  const { topic, producerId, producerEpoch, timeoutMs, partitions } = request;
  const { topics } = await broker.connectionPool.send({
    request: encodeProduce({
      ...{ acks: allReplicas, timeout: timeoutMs, producerId, producerEpoch },
      topicData: [{ topic, partitions }],
    }),
    response: { decode: response.decode, parse: (decoded) => Promise.resolve(decoded) },
  });
  const answered = topics.flatMap((each) => each.partitions);
  return new Map(
    answered.map(({ partition, errorCode }) => [
      partition,
      errorCode === 0 ? undefined : createErrorFromCode(errorCode),
    ]),
  );
}
