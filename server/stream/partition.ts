import { transaction } from '../../db/database.ts';
import type { ItemPlace } from '../../db/queries/source-ledger.ts';
import { countMissed, lockOpenDay, type PartitionDay, saveStreamCheckpoint } from '../../db/queries/stream-days.ts';
import { movePosition, readPosition } from '../../db/queries/stream-positions.ts';
import { AppError } from '../../shared/error.ts';
import type { EventBatch, PartitionRange } from '../kafka/cluster.ts';
import type { OnExisting } from '../pipeline/store/sort.ts';
import { ChunkStore } from '../pipeline/store/store.ts';
import type { Services } from '../services.ts';
import { type BufferPool, type EventChunk, keptBytes, readEvents } from './chunks.ts';
import type { StreamDays } from './day.ts';
import { refreshNote } from './day-notes.ts';
import type { EventReader, RecentRules } from './events.ts';
import { requirePosition } from './positions.ts';

/** What the partitions of one stream share. */
export interface StreamContext {
  services: Services;
  place: ItemPlace;
  topic: string;
  /** As a person knows them: for what is said of a stream that cannot go on. */
  names: { accountUid: string; connector: string };
  onExisting: OnExisting;
  hasResultsTopic: boolean;
  days: StreamDays;
  reader: EventReader;
  rules: RecentRules;
  buffers: BufferPool;
  /** What the cluster has of a partition now. */
  range(partition: number): Promise<PartitionRange>;
  /** Told of each chunk after its transaction. */
  stored(chunk: EventChunk): void;
}

/** From so many rows on LOAD DATA is faster than one INSERT. */
const bulkRows = 200;
/** How often the position may turn out to be another in a row before the batch is given back. */
const maxRaces = 5;

/**
 * Stores one partition's events from its position in the database on. The position moves in the transaction that stores
 * the events before it, so an event is stored once, however often and by whomever it is brought.
 */
export class Partition {
  /** The next offset to store, as far as it is known here. */
  position: number | undefined;
  readonly #context: StreamContext;
  readonly #partition: number;
  #stores: { place: PartitionDay; few: ChunkStore<EventChunk>; many: ChunkStore<EventChunk> } | undefined;

  constructor(context: StreamContext, partition: number) {
    this.#context = context;
    this.#partition = partition;
  }

  /** Stores what is new of a batch. Resolves to where the partition is read on; throws `conflict` where the topic is another one. */
  async take(batch: EventBatch): Promise<number> {
    for (let race = 0; race < maxRaces; race++) {
      const position = await this.#begin();
      if (batch.end < position) await this.#requireSameTopic(position);
      if (batch.next <= position) return position;
      if (batch.from > position) {
        if (await this.#passMissed(position)) continue;
        return position;
      }
      try {
        await this.#store(batch);
        return batch.next;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'lease_lost') throw error;
        // Somebody else moved the position, or closed the day.
        this.position = undefined;
        this.#context.days.forget();
      }
    }
    return this.#begin();
  }

  /** Passes over what the topic has no more, and counts its offsets. False: it has everything from `position` on. */
  async passMissedBefore(first: number, position: number): Promise<boolean> {
    const { services, place, days, topic } = this.#context;
    const count = first - position;
    if (count <= 0) return false;
    const { executionId, itemId } = await days.dayOf(this.#context, this.#partition);
    const isMoved = await transaction(services.database.pool, async (connection) => {
      if (!(await lockOpenDay(connection, place.accountId, executionId))) return false;
      if (!(await movePosition(connection, place, this.#partition, { from: position, to: first }))) return false;
      await countMissed(connection, place.accountId, itemId, count);
      await refreshNote(connection, place.accountId, executionId);
      return true;
    });
    this.position = undefined;
    if (!isMoved) days.forget();
    else
      services.log.error(
        { topic, partition: this.#partition, from: position, to: first },
        'events were deleted from the topic by its retention before they could be read',
      );
    return true;
  }

  /** The batch may be an old one of somebody who was frozen, so the cluster itself is asked. */
  async #requireSameTopic(position: number): Promise<void> {
    const { end } = await this.#context.range(this.#partition);
    requirePosition(this.#context, this.#partition, position, end);
  }

  async #passMissed(position: number): Promise<boolean> {
    const { first } = await this.#context.range(this.#partition);
    return await this.passMissedBefore(first, position);
  }

  async #begin(): Promise<number> {
    if (this.position !== undefined) return this.position;
    const { services, place } = this.#context;
    const position = await readPosition(services.database.pool, place, this.#partition);
    if (position === undefined)
      throw new AppError(
        'lease_lost',
        `The place of partition ${this.#partition} was removed; the stream begins anew.`,
      );
    this.position = position;
    return position;
  }

  /** While one chunk is being stored, the next one is read and prepared. */
  async #store(batch: EventBatch): Promise<void> {
    const { rules, reader, buffers } = this.#context;
    const reading = { reader, rules: await rules.get() };
    const used = [buffers.take(), buffers.take()] as const;
    const reach = { from: await this.#begin(), next: batch.next };
    let storing: Promise<void> = Promise.resolve();
    try {
      for await (const chunk of readEvents(batch.events, reach, reading, used)) {
        const store = await this.#storeFor(chunk);
        const prepared = store?.prepare(chunk);
        await storing;
        storing = store && prepared ? store.store(prepared) : this.#passOver(chunk);
        storing = storing.then(() => this.#wasStored(chunk));
        // Its failure is met at the next await; until then it must not count as unhandled.
        storing.catch(() => undefined);
      }
      await storing;
    } finally {
      await storing.catch(() => undefined);
      buffers.give(...used);
    }
  }

  #wasStored(chunk: EventChunk): void {
    const { services, stored } = this.#context;
    const { from, to } = chunk;
    this.position = to;
    services.log.debug({ partition: this.#partition, from, to }, 'events stored');
    stored(chunk);
  }

  /** Nothing but what a log has between its events. */
  async #passOver({ from, to }: EventChunk): Promise<void> {
    const { services, place } = this.#context;
    if (from === to) return;
    if (!(await movePosition(services.database.pool, place, this.#partition, { from, to })))
      throw new AppError('lease_lost', `Another process has gone on with partition ${this.#partition}.`);
  }

  /** Undefined where there is nothing to count. */
  async #storeFor(chunk: EventChunk): Promise<ChunkStore<EventChunk> | undefined> {
    if (chunk.events === 0 && chunk.skipped === 0) return undefined;
    const place = await this.#context.days.dayOf(this.#context, this.#partition);
    if (this.#stores?.place !== place)
      this.#stores = { place, few: this.#newStore(place, false), many: this.#newStore(place, true) };
    return chunk.rows.length < bulkRows ? this.#stores.few : this.#stores.many;
  }

  #newStore(day: PartitionDay, isBulk: boolean): ChunkStore<EventChunk> {
    const { services, place, topic, onExisting, hasResultsTopic } = this.#context;
    const { accountId, connectorId } = place;
    const { executionId, itemId: sourceItemId } = day;
    return new ChunkStore(services.database, {
      ...{ origin: { accountId, connectorId, sourceItemId }, executionId, onExisting, isBulk, hasResultsTopic },
      ...{ fileName: `${topic}/${this.#partition}`, rawBytes: keptBytes },
      checkpoint: async (connection, counts, { skipped, lastEventAt }) => {
        if (!(await saveStreamCheckpoint(connection, day, counts, { skipped, lastEventAt }))) return false;
        if (skipped + counts.rejected > 0) await refreshNote(connection, accountId, executionId);
        return true;
      },
    });
  }
}
