import { AppError } from '../../../shared/error.ts';
import type { SourceSession } from '../../connectors/connector.ts';
import { loadConnector } from '../../connectors/load.ts';
import type { Services } from '../../services.ts';
import { workContext } from '../connector-context.ts';

/** Open so long without work; signing in again costs more than this. */
const idleMs = 3000;
/** A changed configuration counts after this at the latest. */
const oldestMs = 60_000;
/** A server that has refused us is not asked again for each of a thousand recordings: that gets accounts locked. */
const refusalMs = 15_000;

interface Kept {
  opened: Promise<SourceSession>;
  openedAtMs: number;
  users: number;
  idle: NodeJS.Timeout | undefined;
  /** Nobody is given it any more; its last user closes it. */
  isRetired: boolean;
  stop: AbortController;
}

/** A session per connector, opened for the first recording and kept while there is work for it. */
export class SourceSessions implements AsyncDisposable {
  readonly #services: Services;
  readonly #kept = new Map<number, Kept>();
  readonly #all = new Set<Kept>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Lends the connector's session to `use`. Failing to open it fails every borrower with the same error. */
  async with<T>(accountId: number, connectorId: number, use: (session: SourceSession) => Promise<T>): Promise<T> {
    const kept = this.#take(accountId, connectorId);
    kept.users++;
    clearTimeout(kept.idle);
    try {
      return await use(await kept.opened);
    } finally {
      kept.users--;
      this.#rest(connectorId, kept);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((kept) => this.#close(kept)));
    this.#kept.clear();
  }

  #take(accountId: number, connectorId: number): Kept {
    const known = this.#kept.get(connectorId);
    if (known && !known.isRetired && performance.now() - known.openedAtMs < oldestMs) return known;
    if (known) this.#retire(connectorId, known);
    const stop = new AbortController();
    const kept: Kept = {
      opened: this.#open(accountId, connectorId, stop.signal),
      openedAtMs: performance.now(),
      users: 0,
      idle: undefined,
      isRetired: false,
      stop,
    };
    kept.opened.catch((error: unknown) => this.#forgetLater(connectorId, kept, error));
    this.#kept.set(connectorId, kept);
    this.#all.add(kept);
    return kept;
  }

  async #open(accountId: number, connectorId: number, signal: AbortSignal): Promise<SourceSession> {
    const { database, keyring } = this.#services;
    const connector = await loadConnector(database, keyring, accountId, connectorId);
    const { type, config } = connector;
    if (!type.source)
      throw new AppError(
        'invalid',
        `Connectors of the type ${type.title} hold no files beside their rows; audio_url and transcript_url must be links.`,
      );
    return await type.source(config, workContext(this.#services, connector, signal));
  }

  #forgetLater(connectorId: number, kept: Kept, error: unknown): void {
    const delayMs = AppError.from(error).kind === 'config' ? refusalMs : 0;
    setTimeout(() => {
      this.#all.delete(kept);
      if (this.#kept.get(connectorId) === kept) this.#kept.delete(connectorId);
    }, delayMs).unref();
  }

  #rest(connectorId: number, kept: Kept): void {
    if (kept.users > 0) return;
    if (kept.isRetired) void this.#close(kept);
    else {
      kept.idle = setTimeout(() => this.#retire(connectorId, kept), idleMs);
      kept.idle.unref();
    }
  }

  #retire(connectorId: number, kept: Kept): void {
    if (this.#kept.get(connectorId) === kept) this.#kept.delete(connectorId);
    kept.isRetired = true;
    clearTimeout(kept.idle);
    if (kept.users === 0) void this.#close(kept);
  }

  async #close(kept: Kept): Promise<void> {
    this.#all.delete(kept);
    clearTimeout(kept.idle);
    // One that could not be opened has nothing to close; its borrowers were told.
    const session = await kept.opened.catch(() => undefined);
    await session?.[Symbol.asyncDispose]();
    kept.stop.abort();
  }
}
