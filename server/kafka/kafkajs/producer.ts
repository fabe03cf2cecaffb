import { AppError } from '../../../shared/error.ts';
import type { KafkaSettings, OutgoingEvent, Producer } from '../cluster.ts';
import { ProducerSession } from './producer-session.ts';

/** A broker takes a batch of 1 MB by default, its own bytes included. */
const mostBytesAtOnce = 900_000;
/** What a record has beside its key and its value, about. */
const recordBytes = 22;

/**
 * Sends one request after the other, each with all that waits for its topic. A session numbers its events, so that a broker
 * knows what it was sent twice. Where it is not known at last what was written, the numbers may be wrong, and an event with a
 * number that was used before would be dropped without a word: so that ends the session, and the next event begins another.
 */
export class IdempotentProducer implements Producer {
  readonly #settings: KafkaSettings;
  readonly #waiting: WaitingSend[] = [];
  #session: ProducerSession | undefined;
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
    this.#session = await ProducerSession.begin(this.#settings);
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
  #next(): WaitingSend[] {
    const group: WaitingSend[] = [];
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

  async #sendGroup(group: WaitingSend[]): Promise<void> {
    const topic = group[0]?.topic ?? '';
    try {
      this.#session ??= await ProducerSession.begin(this.#settings);
      const refused = await this.#session.send(
        topic,
        group.flatMap(({ events }) => events),
      );
      for (const { events, resolve, reject } of group) {
        const event = events.find((each) => refused.has(each));
        if (event) reject(refused.get(event));
        else resolve();
      }
    } catch (error) {
      await this.#endIfInDoubt();
      for (const { reject } of group) reject(error);
    }
  }

  async #endIfInDoubt(): Promise<void> {
    const session = this.#session;
    if (!session?.isInDoubt) return;
    this.#session = undefined;
    await session.end();
  }
}

interface WaitingSend {
  topic: string;
  events: readonly OutgoingEvent[];
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

function bytesOf(events: readonly OutgoingEvent[]): number {
  let bytes = 0;
  for (const { key, value } of events) bytes += recordBytes + Buffer.byteLength(key) + value.length;
  return bytes;
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
