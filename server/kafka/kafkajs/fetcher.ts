import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../backoff.ts';
import type { EventBatch } from '../cluster.ts';
import type { Connection } from './connection.ts';
import { isMoved, protocolType, unlessLeaderless } from './failure.ts';
import { type FetchedPartition, fetchFrom } from './fetch.ts';
import { readFetched } from './fetched.ts';
import type { StopSignal } from './stop-signal.ts';

export interface FetcherSettings {
  connection: Connection;
  topic: string;
  stopSignal: StopSignal;
  maxBytesPerPartition: number;
  partitionsAtOnce: number;
  /** Where to begin. */
  positions(partitions: number[]): Promise<Map<number, number>>;
  /** Where the partition goes on; undefined when it is stopped. */
  take(batch: EventBatch): Promise<number | undefined>;
  /** A broker has answered a fetch, or there is nothing to fetch. */
  worked(): void;
  failed(error: unknown): void;
}

/** How long a broker may hold a fetch back until an event comes. */
const maxWaitMs = 250;
/** The same while a partition is busy: when it is free again, its events wait for this fetch to end. */
const busyWaitMs = 20;
/** After an answer the partitions that it was for are waited for so long: most batches are done in less, and share the next fetch. */
const settleMs = 10;
/** Batches in memory for each one that may be taken: the next is there when one is done. */
const batchesAhead = 2;
const leadersEveryMs = 500;
const staleMs = 200;
const firstRetryMs = 200;
const mostRetryMs = 10_000;

/** How far we are in a partition. */
interface PartitionState {
  partition: number;
  /** Where the next fetch begins. */
  next: number;
  /** Its batch is being taken, or it is being found out where to begin. */
  isBusy: boolean;
}

/** Fetches the partitions of one generation: a loop for each broker, leaving out the partitions whose last batch is being taken. */
export class Fetcher {
  readonly #settings: FetcherSettings;
  readonly #partitions: PartitionState[];
  readonly #loops = new Map<number, Promise<void>>();
  #lastAnswerAt = performance.now();
  #freed: (() => void)[] = [];
  #rotation = 0;

  constructor(settings: FetcherSettings, partitions: readonly number[]) {
    this.#settings = settings;
    this.#partitions = partitions.map((partition) => ({ partition, next: 0, isBusy: true }));
    settings.stopSignal.signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** How long no broker has answered although there is a partition to fetch. */
  get silentMs(): number {
    if (this.#room === 0 || this.#partitions.every(({ isBusy }) => isBusy)) this.#lastAnswerAt = performance.now();
    return performance.now() - this.#lastAnswerAt;
  }

  /** Until it is stopped; what cannot be gone on with is thrown. */
  async run(): Promise<void> {
    const { stopSignal, connection } = this.#settings;
    if (this.#partitions.length === 0) this.#settings.worked();
    else void this.#findPositions(this.#partitions);
    while (!stopSignal.isStopped) {
      await unlessLeaderless(() => this.#request(() => connection.cluster.refreshMetadataIfNecessary()));
      for (const leader of new Set(this.#partitions.map((each) => this.#leaderOf(each)))) this.#start(leader);
      await stopSignal.wait(leadersEveryMs);
    }
    await Promise.all(this.#loops.values());
  }

  #start(leader: number | undefined): void {
    if (leader === undefined || this.#loops.has(leader)) return;
    const loop = this.#fetchFrom(leader)
      .catch((error: unknown) => this.#settings.stopSignal.fail(error))
      .finally(() => this.#loops.delete(leader));
    this.#loops.set(leader, loop);
  }

  /** Ends too when the broker leads no partition of ours any more. */
  async #fetchFrom(leader: number): Promise<void> {
    const { stopSignal } = this.#settings;
    while (!stopSignal.isStopped) {
      const led = this.#partitions.filter((each) => this.#leaderOf(each) === leader);
      if (led.length === 0) return;
      const free = led.filter(({ isBusy }) => !isBusy);
      if (free.length === 0 || this.#room === 0) await this.#change();
      else await this.#fetch(leader, this.#rotated(free));
    }
  }

  /** How many full batches may come now: those that wait to be taken lie in memory, however many partitions there are. */
  get #room(): number {
    const busy = this.#partitions.filter(({ isBusy }) => isBusy).length;
    return Math.max(0, this.#settings.partitionsAtOnce * batchesAhead - busy);
  }

  /** Beginning with another one each time, because an answer is filled in their order. */
  #rotated(free: PartitionState[]): PartitionState[] {
    const first = this.#rotation++ % free.length;
    return [...free.slice(first), ...free.slice(0, first)];
  }

  async #fetch(leader: number, partitions: PartitionState[]): Promise<void> {
    const { worked, stopSignal } = this.#settings;
    try {
      const asked = new Map(partitions.map(({ partition, next }) => [partition, next]));
      const answered = await this.#ask(leader, partitions);
      this.#lastAnswerAt = performance.now();
      worked();
      const taken: Promise<void>[] = [];
      for (const state of partitions) {
        const fetched = answered.find(({ partition }) => partition === state.partition);
        if (stopSignal.isStopped) return;
        // It may have moved meanwhile, and have been fetched from its other leader.
        const isFresh = () => !state.isBusy && state.next === asked.get(state.partition);
        if (fetched && isFresh()) taken.push(...(await this.#received(state, fetched, isFresh)));
      }
      if (taken.length > 0) await Promise.race([Promise.all(taken), delay(settleMs)]);
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #ask(leader: number, partitions: PartitionState[]): Promise<FetchedPartition[]> {
    const { topic, connection, maxBytesPerPartition, partitionsAtOnce } = this.#settings;
    const isAnyBusy = this.#partitions.some(({ isBusy }) => isBusy);
    return await this.#request(async () => {
      const broker = await connection.cluster.findBroker({ nodeId: leader });
      return await fetchFrom(broker, {
        ...{ topic, partitions: partitions.map(({ partition, next }) => ({ partition, offset: next })) },
        ...{ maxBytesPerPartition, maxBytes: maxBytesPerPartition * Math.min(this.#room, partitionsAtOnce) },
        maxWaitMs: isAnyBusy ? busyWaitMs : maxWaitMs,
      });
    });
  }

  /** Resolves when its batch has begun to be taken, to what waits for its end. */
  async #received(state: PartitionState, fetched: FetchedPartition, isFresh: () => boolean): Promise<Promise<void>[]> {
    if (fetched.error) return await this.#refused(state, fetched.error);
    const { events, next } = await readFetched(fetched, state.next);
    if (next === state.next || !isFresh()) return [];
    const { partition, next: from } = state;
    return [this.#take(state, { partition, from, next, end: Math.max(next, fetched.lastStableOffset), events })];
  }

  async #take(state: PartitionState, batch: EventBatch): Promise<void> {
    state.isBusy = true;
    const next = await this.#settings.take(batch);
    if (next === undefined) return;
    state.next = next;
    this.#free(state);
  }

  /** Asks where to begin, until there is an answer. */
  async #findPositions(states: PartitionState[]): Promise<void> {
    const { stopSignal, positions, failed } = this.#settings;
    for (const state of states) state.isBusy = true;
    for (let failures = 0; !stopSignal.isStopped; failures++) {
      try {
        const found = await positions(states.map(({ partition }) => partition));
        for (const state of states) {
          state.next = found.get(state.partition) ?? 0;
          this.#free(state);
        }
        return;
      } catch (error) {
        failed(error);
        await stopSignal.wait(backoffMs(failures, firstRetryMs, mostRetryMs));
      }
    }
  }

  /** Where the events are gone, or the topic: it may be another one by now, and whoever keeps the positions knows what to do. */
  async #refused(state: PartitionState, error: Error): Promise<[]> {
    const type = protocolType(error);
    const isGone = type === 'OFFSET_OUT_OF_RANGE' || type === 'UNKNOWN_TOPIC_OR_PARTITION';
    if (isGone) state.isBusy = true;
    try {
      if (type === 'OFFSET_OUT_OF_RANGE') await this.#settings.stopSignal.wait(staleMs);
      else await this.#recover(error);
    } finally {
      // Also where the topic is not found at once: otherwise nobody would free the partition again.
      if (isGone) void this.#findPositions([state]);
    }
    return [];
  }

  /** The brokers have moved partitions; anything else is thrown. */
  async #recover(error: unknown): Promise<void> {
    const { stopSignal, connection } = this.#settings;
    if (!isMoved(error)) throw error;
    await stopSignal.wait(staleMs);
    await unlessLeaderless(() => this.#request(() => connection.cluster.refreshMetadata()));
  }

  #leaderOf({ partition }: PartitionState): number | undefined {
    const all = this.#settings.connection.cluster.findTopicPartitionMetadata(this.#settings.topic);
    return all.find(({ partitionId }) => partitionId === partition)?.leader;
  }

  async #request<T>(act: () => Promise<T>): Promise<T> {
    return await this.#settings.connection.request({ topic: this.#settings.topic, right: 'READ' }, act);
  }

  #free(state: PartitionState): void {
    state.isBusy = false;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#freed.splice(0)) wake();
  }

  /** Until a partition is free, or it is stopped. */
  #change(): Promise<void> {
    if (this.#settings.stopSignal.isStopped) return Promise.resolve();
    return new Promise((resolve) => this.#freed.push(resolve));
  }
}
