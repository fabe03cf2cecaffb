import { inboxBytes } from '../../db/queries/inbox-files.ts';
import type { Services } from '../services.ts';
import type { InboxLogin } from './login.ts';
import { Refusal } from './refusal.ts';

const trustedMs = 10_000;
const bytesPerGb = 1e9;

/**
 * How much of its room an inbox has left, as known here: read from the database every few seconds while somebody writes,
 * and counted on in between. Uploads by way of several servers at once may go past it by what they write in that time.
 */
export class Quota {
  readonly #services: Services;
  readonly #login: InboxLogin;
  /** Bytes that have come and stand in no row yet. */
  readonly #unsaved: () => number;
  #used = 0;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(services: Services, login: InboxLogin, unsaved: () => number) {
    this.#services = services;
    this.#login = login;
    this.#unsaved = unsaved;
  }

  /** Knows the use before the first byte is counted. */
  async known(): Promise<void> {
    if (performance.now() - this.#readAtMs <= trustedMs) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    if (this.#readAtMs < 0) await this.#reading;
  }

  /** Counts bytes that came. Throws a Refusal where there is no room for them. */
  take(bytes: number): void {
    const limit = this.#login.config.quota * bytesPerGb;
    if (this.#used + bytes > limit)
      throw Refusal.failed(
        `quota exceeded: this inbox may hold ${this.#login.config.quota} GB and is full. Remove files that are not needed any more, or ask for a larger quota.`,
      );
    this.#used += bytes;
    if (performance.now() - this.#readAtMs > trustedMs) this.known().catch(this.#tell);
  }

  giveBack(bytes: number): void {
    this.#used = Math.max(0, this.#used - bytes);
  }

  async #read(): Promise<void> {
    const stored = await inboxBytes(this.#services.database.pool, this.#login);
    this.#used = stored + this.#unsaved();
    this.#readAtMs = performance.now();
  }

  readonly #tell = (error: unknown) => {
    this.#services.log.warn({ err: error, inbox: this.#login.connectorName }, 'the use of an inbox could not be read');
  };
}
