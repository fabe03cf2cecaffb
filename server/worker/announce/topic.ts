import type { Cluster, EventBatch, KafkaSettings, OutgoingEvent } from '../../kafka/cluster.ts';
import type { Log } from '../../log.ts';
import { endsWithin } from '../../wait.ts';
import { messagesOf, namesMessage, partitions, type WorkNames } from './names.ts';
import { Reconnecting, type Stoppable } from './reconnecting.ts';

/** Names of work on their way between machines. Everything about it is best effort: whoever looks finds the work as well. */
export interface WorkTopic {
  /** Never waits and never fails: names that cannot be sent soon are forgotten. */
  send(names: readonly WorkNames[]): void;
  /** Joins those who do work: each name comes to one of them. */
  follow(take: TakeNames): void;
  /** Whether names come: a member of the group, connected, and not failing. */
  isReceiving(): boolean;
  stop(): Promise<void>;
}

export type TakeNames = (names: WorkNames) => void;

interface WorkTopicSettings extends Pick<KafkaSettings, 'address' | 'log'> {
  topic?: string;
}

const groupId = 'cqa-workers';
const waitingMessages = 1_000;
const messagesPerSend = 200;
const sendMs = 30_000;
/** Older names were found by looking, long ago; beyond any difference between two clocks. */
const staleMs = 60_000;

export function openWorkTopic({ address, log, topic = 'cqa-work' }: WorkTopicSettings): WorkTopic {
  // Its library is loaded where there is a cluster alone.
  const connect = async () => (await import('../../kafka/open.ts')).openCluster({ address, clientId: 'cqa', log });
  const sender = new NameSender(topic, connect, log);
  let receiver: Reconnecting<Receiver> | undefined;
  return {
    send: (names) => sender.send(names),
    follow(take) {
      receiver = new Reconnecting(async () => receive(await connect(), topic, take, log), {
        log,
        what: `the topic "${topic}", to read from`,
      });
    },
    isReceiving: () => receiver?.current?.isReceiving() ?? false,
    async stop() {
      await Promise.all([sender.stop(), receiver?.stop()]);
    },
  };
}

/** Sends what waits, one request after the other. */
class NameSender {
  readonly #topic: string;
  readonly #producer: Reconnecting<ClusterProducer>;
  #waiting: OutgoingEvent[] = [];
  #isSending = false;

  constructor(topic: string, connect: () => Promise<Cluster>, log: KafkaSettings['log']) {
    this.#topic = topic;
    this.#producer = new Reconnecting(async () => openProducer(await connect(), topic), {
      log,
      what: `the topic "${topic}", to write to`,
    });
  }

  send(names: readonly WorkNames[]): void {
    if (!this.#producer.current) return;
    for (const message of names.flatMap(messagesOf)) {
      if (this.#waiting.length >= waitingMessages) break;
      this.#waiting.push({ key: message.subjects[0] ?? '', value: Buffer.from(JSON.stringify(message)) });
    }
    if (!this.#isSending) void this.#drain();
  }

  async stop(): Promise<void> {
    await this.#producer.stop();
  }

  async #drain(): Promise<void> {
    this.#isSending = true;
    try {
      for (;;) {
        const producer = this.#producer.current;
        if (!producer) this.#waiting = [];
        const events = this.#waiting.splice(0, messagesPerSend);
        if (!producer || events.length === 0) return;
        if (!(await endsWithin(producer.send(this.#topic, events), sendMs)))
          throw new Error(`the brokers did not take an announcement within ${sendMs} ms`);
      }
    } catch (error) {
      this.#waiting = [];
      this.#producer.fail(error);
    } finally {
      this.#isSending = false;
    }
  }
}

interface ClusterProducer extends Stoppable {
  send(topic: string, events: readonly OutgoingEvent[]): Promise<void>;
}

async function openProducer(cluster: Cluster, topic: string): Promise<ClusterProducer> {
  return orDispose(cluster, async () => {
    await cluster.ensureTopic(topic, partitions);
    const producer = await cluster.produce();
    return {
      send: (...message) => producer.send(...message),
      async stop() {
        await producer.stop();
        await cluster[Symbol.asyncDispose]();
      },
    };
  });
}

interface Receiver extends Stoppable {
  isReceiving(): boolean;
}

async function receive(cluster: Cluster, topic: string, take: TakeNames, log: Log): Promise<Receiver> {
  let state: 'joining' | 'receiving' | 'failing' = 'joining';
  return orDispose(cluster, async () => {
    await cluster.ensureTopic(topic, partitions);
    const consumer = await cluster.consume({
      ...{ groupId, topic, partitionsAtOnce: 4 },
      positions: async () => new Map<number, number>(),
      onChange(change) {
        if (change.kind === 'failed' && state !== 'failing')
          log.warn({ err: change.error, topic }, 'names of work cannot be read, so work is found by looking for it');
        if (change.kind === 'failed') state = 'failing';
        // A failure may pass without a new assignment.
        else if (change.kind === 'assigned' || change.kind === 'worked') state = 'receiving';
      },
      // The offset moves on at once: who has no room for the work lets it be found.
      async take(batch) {
        for (const names of namesIn(batch)) take(names);
        return batch.next;
      },
    });
    return {
      isReceiving: () => state === 'receiving',
      async stop() {
        await consumer.stop();
        await cluster[Symbol.asyncDispose]();
      },
    };
  });
}

async function orDispose<T>(cluster: Cluster, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** A kind that only a newer version knows, or anything else that is not ours, is nothing to us. */
function* namesIn({ events }: EventBatch): Generator<WorkNames> {
  for (const { value, timestampMs } of events) {
    if (value === null || Date.now() - timestampMs > staleMs) continue;
    const parsed = namesMessage.safeParse(value.toString('utf8'));
    if (parsed.success) yield parsed.data;
  }
}
