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

/** The others are read on in the next fetch, so that neither a batch of millions nor many that unpack to much fill the memory. */
const mostEvents = 100_000;
export const mostBytesAtOnce = 64 * 1024 * 1024;
/** The type in the key of a control record: what ends a transaction that was aborted. */
const abortType = 0;

/** The events from `from` on, without the marks of transactions and without what transactions have aborted. */
export async function readFetched(fetched: FetchedPartition, from: number): Promise<FetchedEvents> {
  const isAborted = abortedFilter(fetched);
  const events: KafkaEvent[] = [];
  let next = from;
  let bytes = 0;
  for (const batch of batchesIn(fetched.records)) {
    // A batch comes whole, also where the fetch begins within it.
    if (isAborted(batch) || batch.isControl || batch.next <= from) {
      next = Math.max(next, batch.next);
      continue;
    }
    if (bytes >= mostBytesAtOnce) break;
    const most = mostEvents - events.length;
    const read = await eventsOf(batch, from, most + 1);
    bytes += read.bytes;
    for (const event of read.events.slice(0, most)) events.push(event);
    const after = read.events[most];
    if (after) return { events, next: after.offset };
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
  try {
    for (const { key } of recordsIn(batch, batch.records, 0)) return key?.readInt16BE(2) === abortType;
    return false;
  } catch {
    // What cannot be read ends it too: events too many are better than events that are missed.
    return true;
  }
}

/** At most `most` events of one batch, and how many bytes it was unpacked to. Whatever is wrong with it, those after it are read. */
async function eventsOf(
  batch: RecordBatch,
  from: number,
  most: number,
): Promise<{ events: KafkaEvent[]; bytes: number }> {
  if (batch.format !== currentFormat)
    return unreadable(batch, from, 'are written in a format from before Kafka 0.11; write them to a new topic');
  try {
    const unpacked = await unpack(batch.codec, batch.records);
    return { events: firstOf(recordsIn(batch, unpacked, from), most), bytes: unpacked.length };
  } catch (error) {
    return unreadable(batch, from, reasonOf(error));
  }
}

function firstOf(records: Iterable<KafkaEvent>, most: number): KafkaEvent[] {
  const events: KafkaEvent[] = [];
  for (const event of records) {
    events.push(event);
    if (events.length >= most) break;
  }
  return events;
}

function reasonOf(error: unknown): string {
  return error instanceof TooLargeBatch
    ? `came in one batch that unpacks to more than ${mostUnpackedBytes / 1024 ** 2} MiB; send them again in smaller batches`
    : `came in one batch that cannot be read (${error instanceof Error ? error.message : String(error)}); send them again`;
}

/** It stands for all events of its batch, so that they hold nothing up and are not passed over in silence. */
function unreadable(batch: RecordBatch, from: number, why: string): { events: KafkaEvent[]; bytes: number } {
  const offset = Math.max(from, batch.firstOffset);
  const event = {
    ...{ offset, key: null, value: null, timestampMs: batch.appendedAtMs ?? batch.firstTimestampMs },
    unreadable: `The events at the offsets ${offset} to ${batch.next - 1} ${why}.`,
  };
  return { events: [event], bytes: 0 };
}
