import type { FetchedPartition, FetchedRecord } from 'kafkajs/src/cluster/index.js';
import type { KafkaEvent } from '../cluster.ts';

/** What one answer brought of a partition. */
export interface FetchedEvents {
  events: KafkaEvent[];
  /** Where the next fetch begins; undefined where the answer holds nothing. */
  next: number | undefined;
}

/** The type in the key of a control record: what ends a transaction that was aborted. */
const abortType = 0;

/**
 * The events from `from` on, without the marks of transactions and without what transactions have aborted. kafkajs's own
 * sieve lets some of these through: it takes the aborted for sorted by their beginning, where brokers give them by
 * their end; it knows one more of them at each record; and it takes any event with a key of four zero bytes for a mark.
 */
export function readFetched(
  { messages, abortedTransactions, next: afterBatches }: FetchedPartition,
  from: number,
): FetchedEvents {
  const begun = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: Number(firstOffset) }))
    .sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<string>();
  const events: KafkaEvent[] = [];
  // A batch comes whole, also where the fetch begins within it.
  for (const record of messages) {
    const offset = Number(record.offset);
    for (; begun[0] && begun[0].firstOffset <= offset; begun.shift()) aborting.add(begun[0].producerId);
    const { producerId, inTransaction = false } = record.batchContext ?? {};
    if (record.isControlRecord) {
      if (producerId !== undefined && isAbort(record)) aborting.delete(producerId);
    } else if (offset >= from && !(inTransaction && producerId !== undefined && aborting.has(producerId)))
      events.push(eventOf(record));
  }
  return { events, next: nextOf(messages, afterBatches, from) };
}

/** Compaction may have taken records, or all of them; the batches that had them still come. */
function nextOf(messages: FetchedRecord[], afterBatches: number | undefined, from: number): number | undefined {
  if (afterBatches !== undefined) return Math.max(from, afterBatches);
  const last = messages.at(-1);
  return last && Math.max(from, Number(last.offset)) + 1;
}

function isAbort({ key }: FetchedRecord): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === abortType;
}

function eventOf({ offset, key, value, timestamp }: FetchedRecord): KafkaEvent {
  return { offset: Number(offset), key, value, timestampMs: Number(timestamp) };
}
