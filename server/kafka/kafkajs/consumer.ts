import { AppError } from '../../../shared/error.ts';
import { backoffMs } from '../../backoff.ts';
import type { Consumer, ConsumerChange, ConsumeSettings, KafkaSettings } from '../cluster.ts';
import { Connection } from './connection.ts';
import { Generation } from './generation.ts';
import { type Member, Membership } from './membership.ts';
import { StopSignal } from './stop-signal.ts';

/** A member that is killed holds its partitions back for so long; one that is slow still beats ten times. */
const usualSessionMs = 10_000;
const rebalanceTimeoutMs = 60_000;
const usualBytesPerPartition = 2 * 1024 * 1024;
const usualPartitionsAtOnce = 4;
const firstRetryMs = 250;
const mostRetryMs = 5_000;
/** What somebody has to mend is not looked at as often. */
const mostConfigRetryMs = 30_000;

/**
 * A member of a group that is kept alive: whatever breaks it (a lost connection, a broker that says nothing, a failure inside
 * the library) ends all its connections and begins anew, after the batches under way.
 */
export class GroupConsumer implements Consumer {
  readonly #settings: KafkaSettings;
  readonly #consume: ConsumeSettings;
  readonly #membership: Membership;
  readonly #heartbeatMs: number;
  readonly #stopSignal = new StopSignal();
  readonly #done: Promise<void>;
  #connection: Connection;
  #generation: Generation | undefined;
  #partitions: readonly number[] = [];
  /** Why it was begun anew, until it is. */
  #broken: string | undefined;
  #failures = 0;
  /** Something failed, and no fetch was answered since. */
  #hasFailed = false;

  constructor(settings: KafkaSettings, consume: ConsumeSettings) {
    this.#settings = settings;
    this.#consume = consume;
    const { groupId, topic, sessionTimeoutMs = usualSessionMs } = consume;
    this.#heartbeatMs = sessionTimeoutMs / 10;
    this.#membership = new Membership({ groupId, topic, sessionTimeoutMs, rebalanceTimeoutMs });
    this.#connection = new Connection(settings);
    this.#done = this.#keepAlive();
  }

  partitions(): readonly number[] {
    return this.#partitions;
  }

  async stop(): Promise<void> {
    this.#stopSignal.stop();
    // Without a generation it is connecting or joining, where nothing is under way that had to be waited for.
    if (this.#generation) this.#generation.stop();
    else this.#connection.sockets.destroy();
    await this.#done;
  }

  async #keepAlive(): Promise<void> {
    while (!this.#stopSignal.isStopped) {
      try {
        await this.#follow();
      } catch (error) {
        if (!this.#stopSignal.isStopped) await this.#recover(error);
      } finally {
        await this.#connection[Symbol.asyncDispose]();
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    const failure = AppError.from(error, 'the Kafka client');
    this.#broken = failure.message;
    this.#failed(failure);
    await this.#connection[Symbol.asyncDispose]();
    const most = failure.kind === 'config' ? mostConfigRetryMs : mostRetryMs;
    await this.#stopSignal.wait(backoffMs(this.#failures++, firstRetryMs, most));
  }

  async #follow(): Promise<void> {
    if (this.#connection.isClosed) this.#connection = new Connection(this.#settings);
    const { topic } = this.#consume;
    await this.#connection.openTopic(topic, 'READ');
    while (!this.#stopSignal.isStopped) {
      const member = await this.#membership.join(this.#connection);
      this.#assigned(member.partitions);
      await this.#work(member);
      if (this.#stopSignal.isStopped) await this.#leave(member);
    }
  }

  async #work(member: Member): Promise<void> {
    this.#generation = new Generation({
      ...{ connection: this.#connection, membership: this.#membership, member, heartbeatMs: this.#heartbeatMs },
      consume: {
        maxBytesPerPartition: usualBytesPerPartition,
        partitionsAtOnce: usualPartitionsAtOnce,
        ...this.#consume,
      },
      worked: () => this.#worked(),
      failed: (error) => this.#failed(error),
    });
    if (this.#stopSignal.isStopped) this.#generation.stop();
    try {
      await this.#generation.run();
    } finally {
      this.#generation = undefined;
      this.#partitions = [];
    }
  }

  async #leave(member: Member): Promise<void> {
    const { groupId } = this.#consume;
    await this.#connection.request({ groupId }, () => this.#membership.leave(member), this.#connection.timeoutMs);
  }

  #assigned(partitions: readonly number[]): void {
    this.#partitions = partitions;
    if (this.#broken !== undefined) this.#tell({ kind: 'restarted', reason: this.#broken });
    this.#broken = undefined;
    this.#tell({ kind: 'assigned', partitions: [...partitions] });
  }

  #worked(): void {
    this.#failures = 0;
    if (this.#hasFailed) this.#tell({ kind: 'worked' });
    this.#hasFailed = false;
  }

  #failed(error: unknown): void {
    this.#hasFailed = true;
    this.#tell({ kind: 'failed', error });
  }

  #tell(change: ConsumerChange): void {
    try {
      this.#consume.onChange?.(change);
    } catch (error) {
      this.#settings.log.error({ err: error }, 'a change of a consumer could not be told');
    }
  }
}
