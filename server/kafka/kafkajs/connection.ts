import type { KafkaConfig, SASLOptions } from 'kafkajs';
import KafkaCluster, { type Broker } from 'kafkajs/src/cluster/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { AppError } from '../../../shared/error.ts';
import type { KafkaAddress, KafkaSettings } from '../cluster.ts';
import { kafkaFailure, type RequestContext } from './failure.ts';
import { readCommitted } from './fetch.ts';
import { internalLog, publicLog } from './log.ts';
import { Sockets } from './sockets.ts';

const usualTimeoutMs = 10_000;
const metadataMaxAgeMs = 30_000;
const retry = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 };

/**
 * Connections to one cluster. What goes wrong on them comes out as an AppError, and nothing on them waits for ever.
 * After a failure of the network a connection is not mended: another is opened.
 */
export class Connection implements AsyncDisposable {
  readonly sockets: Sockets;
  readonly cluster: KafkaCluster;
  readonly timeoutMs: number;
  readonly #settings: KafkaSettings;
  #isClosed = false;

  constructor(settings: KafkaSettings) {
    prepareKafkajs();
    this.#settings = settings;
    this.timeoutMs = settings.timeoutMs ?? usualTimeoutMs;
    this.sockets = new Sockets(settings.address, settings.egress);
    this.cluster = new KafkaCluster({
      ...{ logger: internalLog(settings.log), socketFactory: this.sockets.factory, retry },
      ...{ brokers: seedsOf(settings.address), clientId: settings.clientId, ssl: tlsOf(settings.address) ?? null },
      ...{ sasl: saslOf(settings.address) ?? null, connectionTimeout: this.timeoutMs, requestTimeout: this.timeoutMs },
      ...{ authenticationTimeout: this.timeoutMs, reauthenticationThreshold: 10_000, enforceRequestTimeout: true },
      ...{ metadataMaxAge: metadataMaxAgeMs, allowAutoTopicCreation: false, isolationLevel: readCommitted },
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Connects, and learns where the topic's partitions are. */
  async openTopic(topic: string, right: RequestContext['right']): Promise<void> {
    await this.request({ topic, right }, async () => {
      await this.cluster.connect();
      await this.cluster.addTargetTopic(topic);
    });
  }

  /** Any broker that answers. */
  async anyBroker(): Promise<Broker> {
    return await this.cluster.brokerPool.findConnectedBroker();
  }

  /** Lets `act` speak to the cluster; fails with an AppError, also when it takes longer than `mostMs`. */
  async request<T>(context: RequestContext, act: () => Promise<T>, mostMs = 3 * this.timeoutMs): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#tooLate(mostMs)), mostMs);
    });
    const answer = act();
    // Whoever no longer waits for it does not hear of its failure either.
    answer.catch(() => undefined);
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      throw kafkaFailure(error, context, this.#settings.address, this.sockets);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whatever waits for an answer fails at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.sockets.destroy();
    await this.cluster.disconnect().catch(() => undefined);
  }

  #tooLate(mostMs: number): AppError {
    const { brokers } = this.#settings.address;
    return new AppError(
      'host_timeout',
      `Kafka at ${brokers.join(', ')} has not answered within ${Math.ceil(mostMs / 1000)} s.`,
    );
  }
}

/** The same for the parts of kafkajs that are public. */
export function publicConfig(settings: KafkaSettings, sockets: Sockets): KafkaConfig {
  prepareKafkajs();
  const { address, clientId, log, timeoutMs = usualTimeoutMs } = settings;
  const sasl = saslOf(address);
  return {
    ...{ clientId, retry, brokers: seedsOf(address), ssl: tlsOf(address) ?? false, socketFactory: sockets.factory },
    ...{ connectionTimeout: timeoutMs, authenticationTimeout: timeoutMs, requestTimeout: timeoutMs },
    ...{ logCreator: publicLog(log), ...(sasl && { sasl }) },
  };
}

/** Which settings of TLS, the sockets know. */
function tlsOf({ tls }: KafkaAddress): object | undefined {
  return tls && {};
}

function saslOf({ sasl }: KafkaAddress): SASLOptions | undefined {
  return sasl && { ...sasl };
}

/** kafkajs cuts an address at its first colon. */
function seedsOf({ brokers }: KafkaAddress): string[] {
  const wrong = brokers.find((broker) => !/^[^:\s]+:\d+$/.test(broker));
  if (wrong === undefined && brokers.length > 0) return brokers;
  throw new AppError('invalid', `"${wrong ?? ''}" is no broker. Write host:port, with a name or an IPv4 address.`, {
    field: 'brokers',
  });
}

let isPrepared = false;

function prepareKafkajs(): void {
  if (isPrepared) return;
  isPrepared = true;
  // It sets a timer with a negative time at each request, of which newer Node warns; without waiting requests it needs none.
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
