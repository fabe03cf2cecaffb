import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoredRule } from '../../db/queries/assignment-rules.ts';
import type { RejectedRow } from '../../db/queries/rejected-rows.ts';
import type { KafkaEvent } from '../kafka/cluster.ts';
import { ChunkBuffer, type ChunkRow } from '../pipeline/store/chunk.ts';
import { fateOf } from '../pipeline/store/fate.ts';
import type { Chunk } from '../pipeline/store/store.ts';
import type { EventReader, RejectedEvent } from './events.ts';

const maxRows = 5_000;
const maxBytes = 4 * 1024 * 1024;
/** After so many events the connection gets its turn: it is sending the rows before them meanwhile. */
const eventsPerTurn = 250;

const noValue = Buffer.alloc(0);

/** As much of an event that was not taken is kept. */
export const keptBytes = 1024 * 1024;

/** Buffers that are used again and again; a batch takes two for as long as it is under way. */
export class BufferPool {
  readonly #free: ChunkBuffer[] = [];

  take(): ChunkBuffer {
    return this.#free.pop() ?? new ChunkBuffer(maxRows);
  }

  give(...buffers: ChunkBuffer[]): void {
    for (const buffer of buffers) if (this.#free.length < 8) this.#free.push(buffer);
  }
}

/** Events of one partition that are stored together. `from` and `to` are offsets. */
export class EventChunk implements Chunk {
  readonly buffer: ChunkBuffer;
  readonly header = undefined;
  readonly rows: ChunkRow[] = [];
  readonly rejected: RejectedRow[] = [];
  readonly from: number;
  to: number;
  /** Events that are nothing to store: tombstones, and those that the connector leaves out. */
  skipped = 0;
  #lastTimestampMs = 0;
  #rejectedBytes = 0;

  constructor(buffer: ChunkBuffer, from: number) {
    buffer.clear();
    this.buffer = buffer;
    this.from = from;
    this.to = from;
  }

  get events(): number {
    return this.rows.length + this.rejected.length;
  }

  /** By the producer's clock; undefined where it cannot mean it. */
  get lastEventAt(): Date | undefined {
    const latestMs = Date.now() + 86_400_000;
    return this.#lastTimestampMs > 0 && this.#lastTimestampMs < latestMs ? new Date(this.#lastTimestampMs) : undefined;
  }

  get isFull(): boolean {
    return this.events >= maxRows || this.buffer.length + this.#rejectedBytes >= maxBytes;
  }

  add(event: KafkaEvent, reader: EventReader, rules: readonly StoredRule[]): void {
    const { offset, value, timestampMs } = event;
    this.to = offset + 1;
    this.#lastTimestampMs = timestampMs;
    const read = reader.read(event);
    if (read === 'skipped') this.skipped++;
    else if ('problem' in read) this.#reject(offset, value ?? noValue, read);
    else this.rows.push(this.buffer.add(read.interaction, offset, fateOf(read.interaction, rules)));
  }

  #reject(line: number, value: Buffer, { problem, externalId }: RejectedEvent): void {
    const { code, column, reason } = problem;
    // A little more than is kept, so that it is known to be cut.
    const kept = value.subarray(0, keptBytes + 8);
    const raw = kept.toString('utf8');
    const bytes = isUtf8(value) ? undefined : kept;
    this.rejected.push({ line, column, code, reason, raw, bytes, externalId });
    this.#rejectedBytes += raw.length + (bytes?.length ?? 0);
  }
}

/**
 * Reads events into chunks; together they reach from `from` to `next`. A chunk's buffer is used again after the next but
 * one was asked for.
 */
export async function* readEvents(
  events: readonly KafkaEvent[],
  { from, next }: { from: number; next: number },
  { reader, rules }: { reader: EventReader; rules: readonly StoredRule[] },
  buffers: readonly [ChunkBuffer, ChunkBuffer],
): AsyncGenerator<EventChunk> {
  let chunks = 0;
  const startChunk = (start: number) => new EventChunk(buffers[chunks++ % 2 === 0 ? 0 : 1], start);
  let chunk = startChunk(from);
  let sinceTurn = 0;
  for (const event of events) {
    if (event.offset < from) continue;
    if (chunk.isFull) {
      yield chunk;
      chunk = startChunk(chunk.to);
    }
    chunk.add(event, reader, rules);
    if (++sinceTurn < eventsPerTurn) continue;
    sinceTurn = 0;
    await nextTurn();
  }
  // What lies between the last event and the next offset is none (compacted, or of a transaction).
  chunk.to = next;
  yield chunk;
}
