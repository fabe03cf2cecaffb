import type { AppError, Failure } from '../../shared/error.ts';
import { CallGroup } from '../call-group.ts';
import type { Cluster, OutgoingEvent } from '../kafka/cluster.ts';
import { retryDelayMs } from '../worker/retry.ts';
import type { ResultTarget } from './targets.ts';
import { isOfTheTopic, TopicWriter } from './topic-writer.ts';

/** Why an event was not written, and after how many milliseconds to try again. */
export interface NotSent {
  failure: Failure;
  delayMs: number;
}

const sentAtOnce = 500;
const longestPauseMs = 30_000;
/** Those that were put back come again one after the other, so that a backlog is not claimed again and again as a whole. */
const spacingMs = 1;

/**
 * Writes one connector's results to its topic. Events that wait at the same moment go together. After a failure the topic
 * is left alone for a while, the longer the more often it failed, half a minute at most.
 */
export class Sender {
  readonly target: ResultTarget;
  readonly #cluster: Cluster;
  readonly #writer: TopicWriter;
  readonly #now: () => number;
  readonly #group: CallGroup<OutgoingEvent, AppError | undefined>;
  #failures = 0;
  #pause: { failure: AppError; untilMs: number } | undefined;
  #lastDueMs = 0;

  constructor(target: ResultTarget, cluster: Cluster, now: () => number = () => performance.now()) {
    this.target = target;
    this.#cluster = cluster;
    this.#writer = new TopicWriter(cluster, target.topic);
    this.#now = now;
    this.#group = new CallGroup((events: OutgoingEvent[]) => this.#serve(events), sentAtOnce);
  }

  /** Resolves when the event is written, or says why it is not. */
  async send(event: OutgoingEvent): Promise<NotSent | undefined> {
    const failure = this.#pausedBy() ?? (await this.#group.add(event));
    return failure && this.#later(failure);
  }

  close(): Promise<void> {
    return Promise.resolve(this.#cluster[Symbol.asyncDispose]());
  }

  #pausedBy(): AppError | undefined {
    return this.#pause && this.#now() < this.#pause.untilMs ? this.#pause.failure : undefined;
  }

  #later({ code, message }: AppError): NotSent {
    const now = this.#now();
    // Where the topic takes others, this one is at fault, and nothing will soon be otherwise.
    const earliestMs = this.#pause?.untilMs ?? now + longestPauseMs;
    this.#lastDueMs = Math.max(earliestMs, this.#lastDueMs + spacingMs, now);
    return { failure: { code, message }, delayMs: this.#lastDueMs - now };
  }

  async #serve(events: OutgoingEvent[]): Promise<(AppError | undefined)[]> {
    // What waited while others failed need not fail by itself.
    const paused = this.#pausedBy();
    if (paused) return events.map(() => paused);
    const failures = await this.#writer.write(events);
    const outcomes = events.map((event) => failures.get(event));
    this.#note(failureOfAll(outcomes));
    return outcomes;
  }

  #note(failure: AppError | undefined): void {
    this.#failures = failure ? this.#failures + 1 : 0;
    const untilMs = this.#now() + Math.min(retryDelayMs(this.#failures), longestPauseMs);
    this.#pause = failure && { failure, untilMs };
  }
}

/** Undefined where any was written, or the events may be at fault themselves: such as are too large keep no others back. */
function failureOfAll(outcomes: readonly (AppError | undefined)[]): AppError | undefined {
  const [first] = outcomes;
  if (!first || !outcomes.every((outcome) => outcome !== undefined)) return undefined;
  if (first.code === 'invalid') return undefined;
  return outcomes.length > 1 || isOfTheTopic(first) ? first : undefined;
}
