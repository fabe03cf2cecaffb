import type { KafkaEvent } from '../cluster.ts';
import { mostUnpackedBytes, TooLargeBatch, unpack } from './codecs.ts';
import type { FetchedPartition } from './fetch.ts';
import { batchesIn, currentFormat, type RecordBatch, recordsIn } from './record-batch.ts';

/** What one answer brought of a partition. */
export interface FetchedEvents {
  events: KafkaEvent[];
  /** Where the next fetch begins; `from` where the answer holds nothing. */
  next: number;
}

/** Small events are read on in the next fetch, so that a batch of millions does not fill the memory. */
const mostEvents = 100_000;
/** The type in the key of a control record: what ends a transaction that was aborted. */
const abortType = 0;

/** The events from `from` on, without the marks of transactions and without what transactions have aborted. */
export async function readFetched(fetched: FetchedPartition, from: number): Promise<FetchedEvents> {
  const isAborted = abortedFilter(fetched);
  const events: KafkaEvent[] = [];
  let next = from;
  for (const batch of batchesIn(fetched.records)) {
    // A batch comes whole, also where the fetch begins within it.
    if (isAborted(batch) || batch.isControl || batch.next <= from) {
      next = Math.max(next, batch.next);
      continue;
    }
    for (const event of await eventsOf(batch, from)) {
      if (events.length >= mostEvents) return { events, next: event.offset };
      events.push(event);
    }
    next = batch.next;
  }
  return { events, next };
}

/** To be asked of each batch in turn, because marks between them end what is aborted. */
function abortedFilter({ abortedTransactions }: FetchedPartition): (batch: RecordBatch) => boolean {
  // Brokers give them by their end.
  const begun = abortedTransactions.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<bigint>();
  return (batch) => {
    for (; begun[0] && begun[0].firstOffset < batch.next; begun.shift()) aborting.add(begun[0].producerId);
    const isAborted = batch.inTransaction && aborting.has(batch.producerId);
    if (batch.isControl && endsAborted(batch)) aborting.delete(batch.producerId);
    return isAborted;
  };
}

function endsAborted(batch: RecordBatch): boolean {
  for (const { key } of recordsIn(batch, batch.records, 0)) return key?.readInt16BE(2) === abortType;
  return false;
}

async function eventsOf(batch: RecordBatch, from: number): Promise<Iterable<KafkaEvent>> {
  if (batch.format !== currentFormat)
    return [unreadable(batch, from, 'are written in a format from before Kafka 0.11; write them to a new topic')];
  try {
    return recordsIn(batch, await unpack(batch.codec, batch.records), from);
  } catch (error) {
    if (!(error instanceof TooLargeBatch)) throw error;
    const why = `came in one batch that unpacks to more than ${mostUnpackedBytes / 1024 ** 2} MiB; send them again in smaller batches`;
    return [unreadable(batch, from, why)];
  }
}

/** It stands for all events of its batch, so that they hold nothing up and are not passed over in silence. */
function unreadable(batch: RecordBatch, from: number, why: string): KafkaEvent {
  const offset = Math.max(from, batch.firstOffset);
  return {
    ...{ offset, key: null, value: null, timestampMs: batch.appendedAtMs ?? batch.firstTimestampMs },
    unreadable: `The events at the offsets ${offset} to ${batch.next - 1} ${why}.`,
  };
}
