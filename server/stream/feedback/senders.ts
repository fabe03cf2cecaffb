import { openCluster } from '../../kafka/open.ts';
import type { Services } from '../../services.ts';
import { endsWithin } from '../../worker/wait.ts';
import { Sender } from './sender.ts';
import type { ResultTarget } from './targets.ts';

/** Open so long without a result to write. */
const idleMs = 60_000;
const closingMs = 2_000;

interface Kept {
  sender: Sender;
  idle: NodeJS.Timeout;
}

/** A sender for each connector that has results to write; another one when its configuration is another. */
export class Senders implements AsyncDisposable {
  readonly #services: Services;
  readonly #kept = new Map<number, Kept>();
  readonly #closing = new Set<Promise<void>>();

  constructor(services: Services) {
    this.#services = services;
  }

  to(target: ResultTarget): Sender {
    const known = this.#kept.get(target.connectorId);
    if (known?.sender.target.version === target.version) {
      known.idle.refresh();
      return known.sender;
    }
    if (known) this.#close(known);
    const { egress, log } = this.#services;
    const sender = new Sender(target, openCluster({ address: target.kafka, clientId: 'cqa', egress, log }));
    const kept: Kept = { sender, idle: setTimeout(() => this.#close(kept), idleMs).unref() };
    this.#kept.set(target.connectorId, kept);
    return sender;
  }

  /** A broker that does not answer is not waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const kept of [...this.#kept.values()]) this.#close(kept);
    await endsWithin(Promise.all(this.#closing), closingMs);
  }

  #close(kept: Kept): void {
    clearTimeout(kept.idle);
    const { connectorId } = kept.sender.target;
    if (this.#kept.get(connectorId) === kept) this.#kept.delete(connectorId);
    const closing = kept.sender
      .close()
      .catch((error: unknown) =>
        this.#services.log.debug({ err: error, connectorId }, 'a producer ended with an error'),
      )
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
