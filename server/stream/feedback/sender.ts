import { AppError, type ErrorCode, type Failure } from '../../../shared/error.ts';
import { CallGroup } from '../../call-group.ts';
import type { Cluster, OutgoingEvent, Producer } from '../../kafka/cluster.ts';
import { retryDelayMs } from '../../worker/retry.ts';
import type { ResultTarget } from './targets.ts';

/** Why an event was not written, and after how many milliseconds to try again. */
export interface NotSent {
  failure: Failure;
  delayMs: number;
}

const sentAtOnce = 500;
const longestRestMs = 30_000;
/** Those that were put back come again one after the other, so that a backlog is not claimed again and again as a whole. */
const spacingMs = 1;
/** Of these no event is to blame. */
const ofTheTopic: readonly ErrorCode[] = [
  'host_unknown',
  'host_unreachable',
  'host_refused',
  'host_timeout',
  'connection_lost',
  'egress_blocked',
  'certificate_untrusted',
  'sign_in_refused',
  'permission_denied',
  'path_missing',
];

/**
 * Writes one connector's results to its topic. Events that wait at the same moment go together. After a failure the topic
 * is left alone for a while, the longer the more often it failed, half a minute at most.
 */
export class Sender {
  readonly target: ResultTarget;
  readonly #cluster: Cluster;
  readonly #now: () => number;
  readonly #group: CallGroup<OutgoingEvent, AppError | undefined>;
  #producer: Promise<Producer> | undefined;
  #failures = 0;
  #rest: { failure: AppError; untilMs: number } | undefined;
  #lastDueMs = 0;

  constructor(target: ResultTarget, cluster: Cluster, now: () => number = () => performance.now()) {
    this.target = target;
    this.#cluster = cluster;
    this.#now = now;
    this.#group = new CallGroup((events: OutgoingEvent[]) => this.#serve(events), sentAtOnce);
  }

  /** Resolves when the event is written, or says why it is not. */
  async send(event: OutgoingEvent): Promise<NotSent | undefined> {
    const failure = this.#resting() ?? (await this.#group.add(event));
    return failure && this.#later(failure);
  }

  close(): Promise<void> {
    return Promise.resolve(this.#cluster[Symbol.asyncDispose]());
  }

  #resting(): AppError | undefined {
    return this.#rest && this.#now() < this.#rest.untilMs ? this.#rest.failure : undefined;
  }

  #later({ code, message }: AppError): NotSent {
    const now = this.#now();
    // Where the topic takes others, this one is at fault, and nothing will soon be otherwise.
    const earliestMs = this.#rest?.untilMs ?? now + longestRestMs;
    this.#lastDueMs = Math.max(earliestMs, this.#lastDueMs + spacingMs, now);
    return { failure: { code, message }, delayMs: this.#lastDueMs - now };
  }

  async #serve(events: OutgoingEvent[]): Promise<(AppError | undefined)[]> {
    // What waited while others failed need not fail by itself.
    const resting = this.#resting();
    if (resting) return events.map(() => resting);
    const outcomes = await this.#sendAll(events);
    this.#note(failureOfAll(outcomes));
    return outcomes;
  }

  #note(failure: AppError | undefined): void {
    this.#failures = failure ? this.#failures + 1 : 0;
    const untilMs = this.#now() + Math.min(retryDelayMs(this.#failures), longestRestMs);
    this.#rest = failure && { failure, untilMs };
  }

  /** Where an event itself may be at fault, halves are tried until it is found: it must not keep the others back. */
  async #sendAll(events: OutgoingEvent[]): Promise<(AppError | undefined)[]> {
    try {
      const producer = await this.#opened();
      await producer.send(this.target.topic, events);
      return events.map(() => undefined);
    } catch (thrown) {
      const error = AppError.from(thrown, `the topic ${this.target.topic}`);
      if (events.length === 1 || ofTheTopic.includes(error.code)) return events.map(() => error);
      const middle = Math.ceil(events.length / 2);
      return [...(await this.#sendAll(events.slice(0, middle))), ...(await this.#sendAll(events.slice(middle)))];
    }
  }

  #opened(): Promise<Producer> {
    if (!this.#producer) {
      const opening = this.#cluster.produce();
      this.#producer = opening;
      opening.catch(() => {
        this.#producer = undefined;
      });
    }
    return this.#producer;
  }
}

/** Undefined where any was written, or a single event may be at fault itself. */
function failureOfAll(outcomes: readonly (AppError | undefined)[]): AppError | undefined {
  const [first] = outcomes;
  if (!first || !outcomes.every((outcome) => outcome !== undefined)) return undefined;
  return outcomes.length > 1 || ofTheTopic.includes(first.code) ? first : undefined;
}
