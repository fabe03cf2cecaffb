import type { KafkaEvent } from '../cluster.ts';

/** The head of a batch of records; the records themselves lie behind it, perhaps compressed. */
export interface RecordBatch {
  firstOffset: number;
  /** After the last of its offsets, also where compaction has taken the record that had it. */
  next: number;
  /** 2 since Kafka 0.11; of older ones only the offsets are known. */
  format: number;
  /** 0: not compressed. */
  codec: number;
  isControl: boolean;
  inTransaction: boolean;
  producerId: bigint;
  recordCount: number;
  firstTimestampMs: number;
  /** Of all of them, where the broker's clock counts instead of the producer's. */
  appendedAtMs: number | undefined;
  records: Buffer;
}

export const currentFormat = 2;
/** First offset and length; the length does not count these. */
const prefixBytes = 8 + 4;
const headBytes = 61;
/** Of the oldest format. */
const leastBytes = 26;
const codecBits = 0x7;
const appendTimeBit = 0x8;
const transactionBit = 0x10;
const controlBit = 0x20;

/** The batches that came whole: the last one may be cut. https://kafka.apache.org/documentation/#recordbatch */
export function* batchesIn(bytes: Buffer): Generator<RecordBatch> {
  for (let at = 0; at + prefixBytes <= bytes.length; ) {
    const end = at + prefixBytes + bytes.readInt32BE(at + 8);
    if (end > bytes.length) return;
    if (end < at + leastBytes) throw new Error(`the head of a record batch is damaged: it is ${end - at} bytes long`);
    yield readHead(bytes.subarray(at, end));
    at = end;
  }
}

function readHead(batch: Buffer): RecordBatch {
  const format = batch.readInt8(16);
  const firstOffset = Number(batch.readBigInt64BE(0));
  const isCurrent = format === currentFormat;
  const attributes = isCurrent ? batch.readInt16BE(21) : 0;
  return {
    ...{ firstOffset, format, codec: attributes & codecBits },
    next: firstOffset + (isCurrent ? batch.readInt32BE(23) : 0) + 1,
    isControl: (attributes & controlBit) !== 0,
    inTransaction: (attributes & transactionBit) !== 0,
    producerId: isCurrent ? batch.readBigInt64BE(43) : -1n,
    recordCount: isCurrent ? batch.readInt32BE(57) : 0,
    firstTimestampMs: isCurrent ? Number(batch.readBigInt64BE(27)) : 0,
    appendedAtMs: attributes & appendTimeBit ? Number(batch.readBigInt64BE(35)) : undefined,
    records: batch.subarray(Math.min(batch.length, headBytes)),
  };
}

/**
 * The records of a batch that are at `from` or later, out of its bytes as they are when they are unpacked. Throws where
 * they are not what their lengths and their number say.
 */
export function* recordsIn(batch: RecordBatch, unpacked: Buffer, from: number): Generator<KafkaEvent> {
  const reader = new RecordReader(unpacked);
  for (let i = 0; i < batch.recordCount; i++) {
    const end = reader.varint() + reader.at;
    if (end <= reader.at || end > unpacked.length) throw damaged(batch);
    // Attributes, of which there are none.
    reader.at++;
    const timestampDelta = reader.varint();
    const offset = batch.firstOffset + reader.varint();
    const timestampMs = batch.appendedAtMs ?? batch.firstTimestampMs + timestampDelta;
    if (offset >= from) {
      const [key, value] = [reader.bytes(), reader.bytes()];
      if (reader.at > end || offset >= batch.next) throw damaged(batch);
      yield { offset, timestampMs, key, value };
    }
    // Past the headers.
    reader.at = end;
  }
}

function damaged({ firstOffset }: RecordBatch): Error {
  return new Error(`the record batch at offset ${firstOffset} is damaged`);
}

class RecordReader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Seven bits a byte, the lowest first; the sign is the lowest of all. Up to 2^53. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw new Error('a record is cut');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
