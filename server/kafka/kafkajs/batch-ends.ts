import response, { type FetchResponse } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';

/** Of an answer, before its partitions' list: the throttle time, an error and the session. */
const headBytes = 4 + 2 + 4;
/** A partition's number, its error, and the ends and the beginning of its log. */
const partitionBytes = 4 + 2 + 3 * 8;
const abortedBytes = 2 * 8;
const replicaBytes = 4;

/** Of a batch: its first offset and its length, which does not count these. */
const batchHeadBytes = 8 + 4;
const magicAt = 16;
const lastDeltaAt = 23;

/**
 * Lets kafkajs say where the batches of an answer end. Compaction may take all records of a batch and keep its head;
 * kafkajs gives records alone, so that an answer of such heads looked like the end of the partition for ever. In version
 * 11 of the answer, which brokers give from Kafka 2.3 on. To be called once.
 */
export function tellBatchEnds(): void {
  const decode = response.decode;
  response.decode = async (bytes) => {
    const decoded = await decode(bytes);
    addEnds(decoded, bytes);
    return decoded;
  };
}

function addEnds({ responses }: FetchResponse, bytes: Buffer): void {
  let at = headBytes + 4;
  for (const { partitions } of responses) {
    at += 2 + bytes.readInt16BE(at) + 4;
    for (const partition of partitions) {
      at += partitionBytes;
      at += 4 + Math.max(0, bytes.readInt32BE(at)) * abortedBytes + replicaBytes;
      const end = at + 4 + Math.max(0, bytes.readInt32BE(at));
      const next = afterBatches(bytes.subarray(at + 4, end));
      if (next !== undefined) partition.next = next;
      at = end;
    }
  }
}

/** After the last batch that came whole: the last one may be cut. */
function afterBatches(bytes: Buffer): number | undefined {
  let next: number | undefined;
  for (let at = 0; at + batchHeadBytes <= bytes.length; ) {
    const end = at + batchHeadBytes + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    const isOld = bytes.readInt8(at + magicAt) < 2;
    next = Number(bytes.readBigInt64BE(at)) + (isOld ? 0 : bytes.readInt32BE(at + lastDeltaAt)) + 1;
    at = end;
  }
  return next;
}
