import { AppError } from '../../../shared/error.ts';
import type { ConsumeSettings } from '../cluster.ts';
import { BatchHandler } from './batch-handler.ts';
import type { Connection } from './connection.ts';
import { Fetcher } from './fetcher.ts';
import { isRebalance, type Member, type Membership } from './membership.ts';
import { OffsetCommitter } from './offset-committer.ts';
import { StopSignal } from './stop-signal.ts';
import { firstOffsets } from './topics.ts';

export interface GenerationSettings {
  connection: Connection;
  membership: Membership;
  member: Member;
  heartbeatMs: number;
  consume: ConsumeSettings & { maxBytesPerPartition: number; partitionsAtOnce: number };
  /** A broker has answered a fetch, or there is nothing to fetch. */
  worked(): void;
  failed(error: unknown): void;
}

/** The work of a member from joining the group until it is to be joined again. */
export class Generation {
  readonly #settings: GenerationSettings;
  readonly #stopSignal = new StopSignal();
  /** The heart beats on until the last batch is taken: until then the others wait for us. */
  readonly #heartbeats = new StopSignal();
  readonly #fetcher: Fetcher;
  readonly #handler: BatchHandler;
  readonly #committer: OffsetCommitter;

  constructor(settings: GenerationSettings) {
    this.#settings = settings;
    const { connection, member, consume, worked, failed } = settings;
    const stopSignal = this.#stopSignal;
    this.#committer = new OffsetCommitter((offsets) => this.#commit(offsets), stopSignal);
    this.#handler = new BatchHandler({
      stopSignal,
      failed,
      atOnce: consume.partitionsAtOnce,
      take: (batch) => consume.take(batch),
    });
    this.#fetcher = new Fetcher(
      {
        ...{ connection, stopSignal, worked, failed, topic: consume.topic, partitionsAtOnce: consume.partitionsAtOnce },
        maxBytesPerPartition: consume.maxBytesPerPartition,
        positions: (partitions) => this.#positions(partitions),
        take: async (batch) => {
          const next = await this.#handler.take(batch);
          if (next !== undefined) this.#committer.add(batch.partition, next);
          return next;
        },
      },
      member.partitions,
    );
  }

  stop(): void {
    this.#stopSignal.stop();
  }

  /** Resolves when the group is to be joined again, or after `stop`; then no batch is under way. Throws what broke it. */
  async run(): Promise<void> {
    const beating = this.#beat();
    const watching = this.#watch().catch((error: unknown) => this.#stopSignal.fail(error));
    await this.#fetcher.run().catch((error: unknown) => this.#stopSignal.fail(error));
    await this.#handler.settle();
    await this.#committer.settle();
    this.#heartbeats.stop();
    await Promise.all([beating, watching]);
    this.#stopSignal.requireSuccess();
  }

  async #beat(): Promise<void> {
    const { connection, membership, member, heartbeatMs, consume } = this.#settings;
    while (!this.#heartbeats.isStopped) {
      await this.#heartbeats.wait(heartbeatMs);
      if (this.#heartbeats.isStopped) return;
      try {
        await connection.request({ groupId: consume.groupId }, () => membership.heartbeat(member));
      } catch (error) {
        this.#lost(error);
      }
    }
  }

  /** Heartbeats say nothing of whether anything is read; so the fetches are watched. New partitions are nobody's yet. */
  async #watch(): Promise<void> {
    const { connection, member, consume, heartbeatMs } = this.#settings;
    const mostMs = 4 * connection.timeoutMs;
    while (!this.#stopSignal.isStopped) {
      await this.#stopSignal.wait(heartbeatMs);
      if (this.#fetcher.silentMs > mostMs) this.#stopSignal.fail(silent(consume.topic, mostMs));
      const count = connection.cluster.findTopicPartitionMetadata(consume.topic).length;
      if (member.isLeader && count > member.partitionCount) this.#stopSignal.stop();
    }
  }

  async #commit(offsets: Map<number, number>): Promise<void> {
    const { connection, membership, member, consume } = this.#settings;
    try {
      await connection.request({ groupId: consume.groupId }, () => membership.commit(member, offsets));
    } catch (error) {
      this.#lost(error);
    }
  }

  #lost(error: unknown): void {
    if (isRebalance(error)) this.#stopSignal.stop();
    else this.#stopSignal.fail(error);
  }

  /** What the caller knows, else where the group was, else the first event that is still there. */
  async #positions(partitions: number[]): Promise<Map<number, number>> {
    const { connection, membership, member, consume } = this.#settings;
    const known = await consume.positions(partitions);
    const unknown = partitions.filter((partition) => !known.has(partition));
    if (unknown.length === 0) return known;
    const { groupId, topic } = consume;
    return await connection.request({ groupId, topic }, async () => {
      const [first, committed] = [await firstOffsets(connection, topic), await membership.committed(member, unknown)];
      return new Map([...first, ...committed, ...known]);
    });
  }
}

function silent(topic: string, timeMs: number): AppError {
  return new AppError('host_timeout', `Nothing was heard of the topic "${topic}" for ${Math.round(timeMs / 1000)} s.`);
}
