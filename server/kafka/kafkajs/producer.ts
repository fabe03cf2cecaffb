import kafkajs, { type Producer as KafkajsProducer, type Message } from 'kafkajs';
import { AppError } from '../../../shared/error.ts';
import type { KafkaSettings, OutgoingEvent, Producer } from '../cluster.ts';
import { kafkaFailure } from './failure.ts';
import { publicConfig } from './line.ts';
import { Sockets } from './sockets.ts';

/** A broker takes a batch of 1 MB by default, its own bytes included. */
const mostBytesAtOnce = 900_000;
const usualTimeoutMs = 10_000;

/**
 * Sends one request after the other, each with all that waits for its topic. A session numbers its events, so that a broker
 * knows what it was sent twice. After a failure the numbers may be wrong, and an event with a number that was used before
 * would be dropped without a word: so each failure ends the session, and the next event begins another.
 */
export class IdempotentProducer implements Producer {
  readonly #settings: KafkaSettings;
  readonly #waiting: Waiting[] = [];
  #session: Session | undefined;
  #serving: Promise<void> | undefined;
  #isStopped = false;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
  }

  async send(topic: string, events: readonly OutgoingEvent[]): Promise<void> {
    if (this.#isStopped) throw new AppError('connection_lost', 'The connection to Kafka was closed.');
    await Promise.all(portionsOf(events).map((portion) => this.#add(topic, portion)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#serving;
    await this.#session?.end();
  }

  /** Connects, so that a cluster that is not there is known at once. */
  async open(): Promise<void> {
    this.#session = await Session.begin(this.#settings);
  }

  #add(topic: string, events: readonly OutgoingEvent[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ topic, events, bytes: bytesOf(events), resolve, reject });
      this.#serving ??= this.#serve();
    });
  }

  async #serve(): Promise<void> {
    for (let group = this.#next(); group.length > 0; group = this.#next()) await this.#sendGroup(group);
    this.#serving = undefined;
  }

  /** The first that waits, and the others of its topic as long as they fit in. */
  #next(): Waiting[] {
    const group: Waiting[] = [];
    let bytes = 0;
    for (const each of this.#waiting) {
      if (each.topic !== this.#waiting[0]?.topic) continue;
      if (group.length > 0 && bytes + each.bytes > mostBytesAtOnce) break;
      bytes += each.bytes;
      group.push(each);
    }
    for (const each of group) this.#waiting.splice(this.#waiting.indexOf(each), 1);
    return group;
  }

  async #sendGroup(group: Waiting[]): Promise<void> {
    const topic = group[0]?.topic ?? '';
    try {
      this.#session ??= await Session.begin(this.#settings);
      const events = group.flatMap((each) => each.events);
      await this.#session.send(topic, events);
      for (const { resolve } of group) resolve();
    } catch (error) {
      const failed = this.#session;
      this.#session = undefined;
      await failed?.end();
      for (const { reject } of group) reject(error);
    }
  }
}

interface Waiting {
  topic: string;
  events: readonly OutgoingEvent[];
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What is known to a broker by one producer id. */
class Session {
  readonly #settings: KafkaSettings;
  readonly #sockets: Sockets;
  readonly #producer: KafkajsProducer;
  readonly #mostMs: number;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#mostMs = 3 * (settings.timeoutMs ?? usualTimeoutMs);
    this.#sockets = new Sockets(settings.address, settings.egress);
    this.#producer = new kafkajs.Kafka(publicConfig(settings, this.#sockets)).producer({
      ...{ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: 5 },
    });
  }

  static async begin(settings: KafkaSettings): Promise<Session> {
    const session = new Session(settings);
    try {
      await session.#within(() => session.#producer.connect());
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  async send(topic: string, events: readonly OutgoingEvent[]): Promise<void> {
    const messages: Message[] = [...events];
    await this.#within(() => this.#producer.send({ topic, messages, acks: -1, timeout: this.#mostMs }), topic);
  }

  async end(): Promise<void> {
    this.#sockets.destroy();
    await this.#producer.disconnect().catch(() => undefined);
  }

  async #within(act: () => Promise<unknown>, topic?: string): Promise<void> {
    const { address } = this.#settings;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooLate(address.brokers, this.#mostMs)), this.#mostMs);
    });
    const answer = act();
    answer.catch(() => undefined);
    try {
      await Promise.race([answer, late]);
    } catch (error) {
      throw kafkaFailure(error, { right: 'WRITE', ...(topic !== undefined && { topic }) }, address, this.#sockets);
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooLate(brokers: string[], timeMs: number): AppError {
  return new AppError('host_timeout', `Kafka at ${brokers.join(', ')} has not answered within ${timeMs / 1000} s.`);
}

function bytesOf(events: readonly OutgoingEvent[]): number {
  let bytes = 0;
  for (const { key, value, headers } of events) bytes += Buffer.byteLength(key) + value.length + headerBytes(headers);
  return bytes;
}

const recordBytes = 20;

function headerBytes(headers: Record<string, string> = {}): number {
  return recordBytes + Buffer.byteLength(JSON.stringify(headers));
}

function portionsOf(events: readonly OutgoingEvent[]): OutgoingEvent[][] {
  const portions: OutgoingEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const bytes = bytesOf([event]);
    if (bytes > room) {
      portions.push([]);
      room = mostBytesAtOnce;
    }
    portions.at(-1)?.push(event);
    room -= bytes;
  }
  return portions;
}
