import type { FetchedPartition } from 'kafkajs/src/cluster/index.js';
import type { EventBatch } from '../cluster.ts';
import { backoffMs, type Ending } from './ending.ts';
import { isMoved, protocolType } from './failure.ts';
import { readFetched } from './fetched.ts';
import { type Line, readCommitted } from './line.ts';

export interface FetchingSettings {
  line: Line;
  topic: string;
  ending: Ending;
  maxBytesPerPartition: number;
  partitionsAtOnce: number;
  /** Where to begin. */
  positions(partitions: number[]): Promise<Map<number, number>>;
  /** Where the partition goes on; undefined at the end. */
  take(batch: EventBatch): Promise<number | undefined>;
  /** A broker has answered a fetch, or there is nothing to fetch. */
  worked(): void;
  failed(error: unknown): void;
}

/** How long a broker may hold a fetch back until an event comes. */
const maxWaitMs = 250;
/** The same while a partition is busy: when it is free again, its events wait for this fetch to end. */
const busyWaitMs = 20;
/** Batches in memory for each one that may be taken: the next is there when one is done. */
const batchesAhead = 2;
const lookMs = 500;
const staleMs = 200;
const firstRetryMs = 200;
const mostRetryMs = 10_000;

/** How far we are in a partition. */
interface Place {
  partition: number;
  /** After the last batch that was taken; undefined until it is known where to begin. */
  taken: number | undefined;
  /** Where the next fetch begins: after `taken`, where there was nothing but marks of transactions between. */
  next: number;
  /** Its batch is being taken, or it is being looked up where to begin. */
  isBusy: boolean;
}

/** Fetches the partitions of one generation: a loop for each broker, leaving out the partitions whose last batch is being taken. */
export class Fetching {
  readonly #settings: FetchingSettings;
  readonly #places: Place[];
  readonly #loops = new Map<number, Promise<void>>();
  #lastAnswerAt = performance.now();
  #freed: (() => void)[] = [];
  #rotation = 0;

  constructor(settings: FetchingSettings, partitions: readonly number[]) {
    this.#settings = settings;
    this.#places = partitions.map((partition) => ({ partition, taken: undefined, next: 0, isBusy: true }));
    settings.ending.signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** How long no broker has answered although there is a partition to fetch. */
  get silentMs(): number {
    if (this.#room === 0 || this.#places.every(({ isBusy }) => isBusy)) this.#lastAnswerAt = performance.now();
    return performance.now() - this.#lastAnswerAt;
  }

  /** Until the end; what cannot be gone on with is thrown. */
  async run(): Promise<void> {
    const { ending, line } = this.#settings;
    if (this.#places.length === 0) this.#settings.worked();
    else void this.#place(this.#places);
    while (!ending.isOver) {
      await this.#ask(() => line.cluster.refreshMetadataIfNecessary());
      for (const leader of new Set(this.#places.map((place) => this.#leaderOf(place)))) this.#start(leader);
      await ending.wait(lookMs);
    }
    await Promise.all(this.#loops.values());
  }

  #start(leader: number | undefined): void {
    if (leader === undefined || this.#loops.has(leader)) return;
    const loop = this.#fetchFrom(leader)
      .catch((error: unknown) => this.#settings.ending.fail(error))
      .finally(() => this.#loops.delete(leader));
    this.#loops.set(leader, loop);
  }

  /** Ends too when the broker leads no partition of ours any more. */
  async #fetchFrom(leader: number): Promise<void> {
    const { ending } = this.#settings;
    while (!ending.isOver) {
      const led = this.#places.filter((place) => this.#leaderOf(place) === leader);
      if (led.length === 0) return;
      const places = this.#withRoom(led.filter(({ isBusy }) => !isBusy));
      if (places.length === 0) await this.#change();
      else await this.#fetch(leader, places);
    }
  }

  /** How many partitions may bring a batch now: those that wait to be taken lie in memory, however many partitions there are. */
  get #room(): number {
    const busy = this.#places.filter(({ isBusy }) => isBusy).length;
    return Math.max(0, this.#settings.partitionsAtOnce * batchesAhead - busy);
  }

  #withRoom(free: Place[]): Place[] {
    const room = this.#room;
    if (room >= free.length) return free;
    const first = this.#rotation++ % free.length;
    return [...free.slice(first), ...free.slice(0, first)].slice(0, room);
  }

  async #fetch(leader: number, places: Place[]): Promise<void> {
    const asked = new Map(places.map((place) => [place, place.next]));
    try {
      const answered = await this.#request(leader, places);
      this.#lastAnswerAt = performance.now();
      this.#settings.worked();
      if (this.#settings.ending.isOver) return;
      for (const [place, from] of asked) {
        const found = answered.find(({ partition }) => partition === place.partition);
        if (found) this.#received(place, from, found);
      }
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #request(leader: number, places: Place[]): Promise<FetchedPartition[]> {
    const { topic, line, maxBytesPerPartition, partitionsAtOnce } = this.#settings;
    const partitions = places.map(({ partition, next }) => ({
      ...{ partition, fetchOffset: String(next), maxBytes: maxBytesPerPartition },
    }));
    const isAnyBusy = this.#places.some(({ isBusy }) => isBusy);
    return await this.#ask(async () => {
      const broker = await line.cluster.findBroker({ nodeId: leader });
      const { responses } = await broker.fetch({
        ...{
          maxWaitTime: isAnyBusy ? busyWaitMs : maxWaitMs,
          minBytes: 1,
          maxBytes: maxBytesPerPartition * partitionsAtOnce,
        },
        ...{ isolationLevel: readCommitted, topics: [{ topic, partitions }] },
      });
      return responses.flatMap((response) => response.partitions);
    });
  }

  #received(place: Place, from: number, fetched: FetchedPartition): void {
    const { events, next } = readFetched(fetched, from);
    if (next === undefined || place.taken === undefined) return;
    place.next = next;
    if (events.length === 0) return;
    void this.#take(place, {
      ...{ partition: place.partition, from: place.taken, next, end: Number(fetched.highWatermark), events },
    });
  }

  async #take(place: Place, batch: EventBatch): Promise<void> {
    place.isBusy = true;
    const next = await this.#settings.take(batch);
    if (next === undefined) return;
    place.taken = next;
    place.next = next;
    this.#free(place);
  }

  /** Asks where to begin, until there is an answer. */
  async #place(places: Place[]): Promise<void> {
    const { ending, positions, failed } = this.#settings;
    for (let failures = 0; !ending.isOver; failures++) {
      try {
        const found = await positions(places.map(({ partition }) => partition));
        for (const place of places) {
          place.taken = place.next = found.get(place.partition) ?? 0;
          this.#free(place);
        }
        return;
      } catch (error) {
        failed(error);
        await ending.wait(backoffMs(failures, firstRetryMs, mostRetryMs));
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    const { ending, line } = this.#settings;
    const type = protocolType(error);
    const outside = type === 'OFFSET_OUT_OF_RANGE' && this.#placeIn(error);
    if (outside) {
      // The events there are gone, or the topic is another one: whoever keeps the positions knows what to do.
      outside.isBusy = true;
      await ending.wait(staleMs);
      void this.#place([outside]);
    } else if (isMoved(error)) {
      await ending.wait(staleMs);
      await this.#ask(() => line.cluster.refreshMetadata());
    } else throw error;
  }

  #placeIn(error: unknown): Place | undefined {
    for (let each = error; each instanceof Error; each = each.cause) {
      const { partition } = each as { partition?: number };
      if (partition !== undefined) return this.#places.find((place) => place.partition === partition);
    }
    return undefined;
  }

  #leaderOf({ partition }: Place): number | undefined {
    const all = this.#settings.line.cluster.findTopicPartitionMetadata(this.#settings.topic);
    return all.find(({ partitionId }) => partitionId === partition)?.leader;
  }

  async #ask<T>(act: () => Promise<T>): Promise<T> {
    return await this.#settings.line.ask({ topic: this.#settings.topic, right: 'READ' }, act);
  }

  #free(place: Place): void {
    place.isBusy = false;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#freed.splice(0)) wake();
  }

  /** Until a partition is free, or it is over. */
  #change(): Promise<void> {
    if (this.#settings.ending.isOver) return Promise.resolve();
    return new Promise((resolve) => this.#freed.push(resolve));
  }
}
