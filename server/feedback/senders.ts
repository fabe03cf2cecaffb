import type { Cluster, KafkaSettings, OutgoingEvent } from '../kafka/cluster.ts';
import { openCluster } from '../kafka/open.ts';
import type { Services } from '../services.ts';
import { endsWithin } from '../wait.ts';
import { type NotSent, Sender } from './sender.ts';
import type { ResultTarget } from './targets.ts';

/** Open so long after the last result was written. */
const idleMs = 60_000;
const closingMs = 2_000;

interface OpenSender {
  sender: Sender;
  /** Events that it is writing. */
  uses: number;
  /** Runs while there are none. */
  idle: NodeJS.Timeout | undefined;
  isClosed: boolean;
}

/** A sender for each connector that has results to write; another one when its configuration is another. */
export class Senders implements AsyncDisposable {
  readonly #services: Services;
  readonly #openCluster: (settings: KafkaSettings) => Cluster;
  /** By connector's id. */
  readonly #current = new Map<number, OpenSender>();
  readonly #closing = new Set<Promise<void>>();

  constructor(services: Services, open = openCluster) {
    this.#services = services;
    this.#openCluster = open;
  }

  /** Resolves when the event is written, or says why it is not. */
  async send(target: ResultTarget, event: OutgoingEvent): Promise<NotSent | undefined> {
    const open = this.#openFor(target);
    open.uses++;
    clearTimeout(open.idle);
    try {
      return await open.sender.send(event);
    } finally {
      open.uses--;
      this.#closeUnused(open);
    }
  }

  /** A broker that does not answer is not waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const open of this.#current.values()) this.#close(open);
    await endsWithin(Promise.all(this.#closing), closingMs);
  }

  #openFor(target: ResultTarget): OpenSender {
    const known = this.#current.get(target.connectorId);
    if (known?.sender.target.version === target.version) return known;
    const { egress, log } = this.#services;
    const cluster = this.#openCluster({ address: target.kafka, clientId: 'cqa', egress, log });
    const open: OpenSender = { sender: new Sender(target, cluster), uses: 0, idle: undefined, isClosed: false };
    this.#current.set(target.connectorId, open);
    if (known) this.#closeUnused(known);
    return open;
  }

  /** At once where another one has taken its place, else when nothing has come for a while; never under an event. */
  #closeUnused(open: OpenSender): void {
    if (open.uses > 0 || open.isClosed) return;
    clearTimeout(open.idle);
    const isCurrent = this.#current.get(open.sender.target.connectorId) === open;
    if (isCurrent) open.idle = setTimeout(() => this.#close(open), idleMs).unref();
    else this.#close(open);
  }

  #close(open: OpenSender): void {
    clearTimeout(open.idle);
    open.isClosed = true;
    const { connectorId } = open.sender.target;
    if (this.#current.get(connectorId) === open) this.#current.delete(connectorId);
    const closing = open.sender
      .close()
      .catch((error: unknown) =>
        this.#services.log.debug({ err: error, connectorId }, 'a producer ended with an error'),
      )
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
