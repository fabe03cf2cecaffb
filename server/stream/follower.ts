import { dayRemarks } from '../../db/queries/stream-days.ts';
import type { FollowedStream } from '../../db/queries/stream-followed.ts';
import type { ReaderStatus } from '../../db/queries/stream-readers.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import { backoffMs } from '../backoff.ts';
import type { EventStream } from '../connectors/connector.ts';
import { type LoadedConnector, loadConnector } from '../connectors/load.ts';
import type { Cluster, KafkaSettings } from '../kafka/cluster.ts';
import type { Services } from '../services.ts';
import { wait } from '../wait.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import type { BufferPool } from './chunks.ts';
import { StreamDays } from './day.ts';
import { missedNote } from './day-notes.ts';
import { Reading, type ReadingInput } from './reading.ts';
import { FollowerStatus } from './status.ts';

export interface FollowerOptions {
  openCluster: (settings: KafkaSettings) => Cluster;
  buffers: BufferPool;
  /** Before the second attempt; twice as long before each further one. */
  retryMs?: number;
}

const refreshMs = 2_000;
const longestRetryMs = 30_000;

/** Reads one stream for as long as it is not stopped: whatever fails is told, and tried again. */
export class Follower {
  readonly followed: FollowedStream;
  readonly #services: Services;
  readonly #options: FollowerOptions;
  readonly #status = new FollowerStatus();
  readonly #stopping = new AbortController();
  readonly #days: StreamDays;
  readonly #ended: Promise<void>;
  /** Is asked what has to be known before anything can be read. */
  #beginning: Cluster | undefined;
  #reading: Reading | undefined;

  constructor(services: Services, followed: FollowedStream, options: FollowerOptions) {
    this.followed = followed;
    this.#services = services;
    this.#options = options;
    this.#days = new StreamDays(services, followed);
    this.#ended = this.#run();
  }

  status(): ReaderStatus {
    if (this.#reading) {
      this.#status.lag = this.#reading.lag();
      this.#status.partitions = this.#reading.partitions();
    }
    return this.#status.snapshot(this.followed);
  }

  /** Why it fails; undefined while it does not. */
  get failure(): Failure | undefined {
    return this.#status.failure;
  }

  /** Opens the day that has begun, also while nothing can be read, and tells what was lost in it. The day's execution. */
  async openDay(): Promise<Buffer> {
    const executionId = await this.#days.executionId();
    const { missed } = await dayRemarks(this.#services.database.pool, this.followed.accountId, executionId);
    this.#status.warning = missed > 0 ? `Today ${missedNote(missed)}.` : undefined;
    return executionId;
  }

  /** Ends after the batches under way. What a broker was asked before any, and does not answer, is not waited for. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    try {
      await this.#beginning?.[Symbol.asyncDispose]();
    } finally {
      await this.#ended;
    }
  }

  async #run(): Promise<void> {
    const { retryMs = 1_000 } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const beganMs = performance.now();
      try {
        await this.#follow();
      } catch (thrown) {
        // What was given up, is no failure.
        if (!signal.aborted) this.#fails(thrown);
      }
      if (signal.aborted) break;
      // What went well for a while begins anew with the shortest wait.
      failures = performance.now() - beganMs > 2 * longestRetryMs ? 0 : failures;
      await wait(backoffMs(failures++, retryMs, longestRetryMs), signal);
    }
  }

  /** Until it is stopped. Throws why it cannot go on. */
  async #follow(): Promise<void> {
    const { egress, log, database, keyring } = this.#services;
    const { accountId, connectorId } = this.followed;
    // The day's execution tells what fails from here on. Somebody may have closed it since.
    this.#days.forget();
    await this.#days.executionId();
    const connector = await loadConnector(database, keyring, accountId, connectorId);
    const stream = streamOf(connector);
    await using cluster = this.#options.openCluster({ address: stream.kafka, clientId: 'cqa', egress, log });
    await using reading = await this.#begin({ connector, stream, cluster });
    this.#reading = reading;
    const refreshing = startRepeatedTask(() => reading.refresh(), {
      ...{ everyMs: refreshMs, log, complaint: "a stream's topic could not be asked for; tried again" },
    });
    try {
      await Promise.race([aborted(this.#stopping.signal), reading.failed]);
    } finally {
      await refreshing.stop();
      this.#reading = undefined;
      this.#status.readsNothing();
      if (!this.#stopping.signal.aborted) this.#status.restarts++;
    }
  }

  async #begin(what: Pick<ReadingInput, 'connector' | 'stream' | 'cluster'>): Promise<Reading> {
    this.#stopping.signal.throwIfAborted();
    this.#beginning = what.cluster;
    try {
      return await Reading.begin({
        ...what,
        ...{ services: this.#services, followed: this.followed, days: this.#days },
        ...{ status: this.#status, buffers: this.#options.buffers },
      });
    } finally {
      this.#beginning = undefined;
    }
  }

  #fails(thrown: unknown): void {
    const error = AppError.from(thrown, 'the stream');
    const { code, message } = error;
    const isNews = this.#status.failure?.message !== message;
    this.#status.fails({ code, message });
    if (!isNews) return;
    const { accountId, connectorId, connectorName } = this.followed;
    // What the message says already is not said again by the error it came of.
    const err = error.cause instanceof Error && !message.includes(error.cause.message) ? error.cause : undefined;
    const about = { accountId, connectorId, code, ...(err && { err }) };
    this.#services.log.warn(about, `the stream "${connectorName}" cannot be read, and is tried again: ${message}`);
  }
}

function streamOf({ type, config, name }: LoadedConnector): EventStream {
  if (type.stream) return type.stream(config);
  throw new AppError('invalid', `The connector "${name}" has no stream.`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
