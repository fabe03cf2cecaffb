import { AppError, type ErrorCode } from '../../shared/error.ts';
import type { Cluster, OutgoingEvent, Producer } from '../kafka/cluster.ts';

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
  'protocol_error',
];

export function isOfTheTopic({ code }: AppError): boolean {
  return ofTheTopic.includes(code);
}

/**
 * Writes events to one topic, as many at once as it takes. Where some are refused, others of the same request may lie in
 * partitions that took theirs, and are written twice when they are sent again; so what was refused is remembered.
 */
export class TopicWriter {
  readonly #cluster: Cluster;
  readonly #topic: string;
  #producer: Promise<Producer> | undefined;
  /** The fewest bytes that were too many at once. */
  #refusedBytes = Number.POSITIVE_INFINITY;

  constructor(cluster: Cluster, topic: string) {
    this.#cluster = cluster;
    this.#topic = topic;
  }

  /** The events that were not written, and why. */
  async write(events: readonly OutgoingEvent[]): Promise<Map<OutgoingEvent, AppError>> {
    const failures = new Map<OutgoingEvent, AppError>();
    for (const portion of this.#portionsOf(events)) await this.#write(portion, failures);
    return failures;
  }

  async #write(events: readonly OutgoingEvent[], failures: Map<OutgoingEvent, AppError>): Promise<void> {
    const [ofAll] = [...failures.values()].filter(isOfTheTopic);
    const error = ofAll ?? (await this.#send(events));
    if (!error) return;
    if (events.length === 1 || isOfTheTopic(error)) for (const event of events) failures.set(event, error);
    else if (error.code === 'invalid') await this.#writeSmaller(events, failures);
    else for (const half of halvesOf(events)) await this.#write(half, failures);
  }

  /** Too much at once: the largest event is too large, or all of them together. */
  async #writeSmaller(events: readonly OutgoingEvent[], failures: Map<OutgoingEvent, AppError>): Promise<void> {
    const largest = events.reduce((one, other) => (bytesOf([other]) > bytesOf([one]) ? other : one));
    await this.#write([largest], failures);
    const others = events.filter((event) => event !== largest);
    for (const part of failures.has(largest) ? [others] : halvesOf(others)) await this.#write(part, failures);
  }

  async #send(events: readonly OutgoingEvent[]): Promise<AppError | undefined> {
    const bytes = bytesOf(events);
    try {
      const producer = await this.#opened();
      await producer.send(this.#topic, events);
      // It takes more than it did.
      if (bytes >= this.#refusedBytes) this.#refusedBytes = Number.POSITIVE_INFINITY;
      return undefined;
    } catch (thrown) {
      const error = AppError.from(thrown, `the topic ${this.#topic}`);
      if (error.code === 'invalid') this.#refusedBytes = Math.min(this.#refusedBytes, bytes);
      return error;
    }
  }

  /** Each smaller than what was refused, as far as its events are. */
  #portionsOf(events: readonly OutgoingEvent[]): OutgoingEvent[][] {
    const portions: OutgoingEvent[][] = [];
    let filled = 0;
    for (const event of events) {
      const bytes = bytesOf([event]);
      if (portions.length === 0 || filled + bytes >= this.#refusedBytes) {
        portions.push([]);
        filled = 0;
      }
      portions.at(-1)?.push(event);
      filled += bytes;
    }
    return portions;
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

function halvesOf(events: readonly OutgoingEvent[]): OutgoingEvent[][] {
  const middle = Math.ceil(events.length / 2);
  return [events.slice(0, middle), events.slice(middle)].filter((half) => half.length > 0);
}

function bytesOf(events: readonly OutgoingEvent[]): number {
  return events.reduce((sum, { key, value }) => sum + Buffer.byteLength(key) + value.length, 0);
}
