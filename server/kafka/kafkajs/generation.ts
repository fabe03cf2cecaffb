import { AppError } from '../../../shared/error.ts';
import type { ConsumeSettings } from '../cluster.ts';
import { Committing } from './committing.ts';
import { Ending } from './ending.ts';
import { Fetching } from './fetching.ts';
import type { Line } from './line.ts';
import { isRebalance, type Member, type Membership } from './membership.ts';
import { Taking } from './taking.ts';
import { firstOffsets } from './topics.ts';

export interface GenerationSettings {
  line: Line;
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
  readonly #ending = new Ending();
  /** The heart beats on until the last batch is taken: until then the others wait for us. */
  readonly #heart = new Ending();
  readonly #fetching: Fetching;
  readonly #taking: Taking;
  readonly #committing: Committing;

  constructor(settings: GenerationSettings) {
    this.#settings = settings;
    const { line, member, consume, worked, failed } = settings;
    const ending = this.#ending;
    this.#committing = new Committing((offsets) => this.#commit(offsets));
    this.#taking = new Taking({
      ending,
      failed,
      atOnce: consume.partitionsAtOnce,
      take: (batch) => consume.take(batch),
    });
    this.#fetching = new Fetching(
      {
        ...{ line, ending, worked, failed, topic: consume.topic, partitionsAtOnce: consume.partitionsAtOnce },
        maxBytesPerPartition: consume.maxBytesPerPartition,
        positions: (partitions) => this.#positions(partitions),
        take: async (batch) => {
          const next = await this.#taking.take(batch);
          if (next !== undefined) this.#committing.add(batch.partition, next);
          return next;
        },
      },
      member.partitions,
    );
  }

  end(): void {
    this.#ending.end();
  }

  /** Resolves when the group is to be joined again, or after `end`; then no batch is under way. Throws what broke it. */
  async run(): Promise<void> {
    const beating = this.#beat();
    const watching = this.#watch().catch((error: unknown) => this.#ending.fail(error));
    await this.#fetching.run().catch((error: unknown) => this.#ending.fail(error));
    await this.#taking.settle();
    await this.#committing.settle();
    this.#heart.end();
    await Promise.all([beating, watching]);
    this.#ending.requireSuccess();
  }

  async #beat(): Promise<void> {
    const { line, membership, member, heartbeatMs, consume } = this.#settings;
    while (!this.#heart.isOver) {
      await this.#heart.wait(heartbeatMs);
      if (this.#heart.isOver) return;
      try {
        await line.ask({ groupId: consume.groupId }, () => membership.heartbeat(member));
      } catch (error) {
        this.#lost(error);
      }
    }
  }

  /** Heartbeats say nothing of whether anything is read; so the fetches are watched. New partitions are nobody's yet. */
  async #watch(): Promise<void> {
    const { line, member, consume, heartbeatMs } = this.#settings;
    const mostMs = 4 * line.timeoutMs;
    while (!this.#ending.isOver) {
      await this.#ending.wait(heartbeatMs);
      if (this.#fetching.silentMs > mostMs) this.#ending.fail(silent(consume.topic, mostMs));
      const count = line.cluster.findTopicPartitionMetadata(consume.topic).length;
      if (member.isLeader && count > member.partitionCount) this.#ending.end();
    }
  }

  async #commit(offsets: Map<number, number>): Promise<void> {
    const { line, membership, member, consume } = this.#settings;
    try {
      await line.ask({ groupId: consume.groupId }, () => membership.commit(member, offsets));
    } catch (error) {
      this.#lost(error);
    }
  }

  #lost(error: unknown): void {
    if (isRebalance(error)) this.#ending.end();
    else this.#ending.fail(error);
  }

  /** What the caller knows, else where the group was, else the first event that is still there. */
  async #positions(partitions: number[]): Promise<Map<number, number>> {
    const { line, membership, member, consume } = this.#settings;
    const known = await consume.positions(partitions);
    const unknown = partitions.filter((partition) => !known.has(partition));
    if (unknown.length === 0) return known;
    const { groupId, topic } = consume;
    return await line.ask({ groupId, topic }, async () => {
      const [first, committed] = [await firstOffsets(line, topic), await membership.committed(member, unknown)];
      return new Map([...first, ...committed, ...known]);
    });
  }
}

function silent(topic: string, timeMs: number): AppError {
  return new AppError('host_timeout', `Nothing was heard of the topic "${topic}" for ${Math.round(timeMs / 1000)} s.`);
}
