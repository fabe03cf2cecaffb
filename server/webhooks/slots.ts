/** How many calls may be under way at once. */
export interface SlotLimits {
  /** To one host of one account. */
  perHost: number;
  /** For one host of one account, those that wait for their turn in memory. */
  waitingPerHost: number;
  /** Under way and waiting, to all hosts of one account. */
  perAccount: number;
}

/** A slot, to be given back when the call has ended; or after how many milliseconds to ask again. */
export type Taken = { giveBack(): void } | { delayMs: number };

interface Host {
  running: number;
  waiting: Set<() => void>;
  /** How long a call takes there, a mean that forgets. */
  meanMs: number;
  /** When the last piece that was put back is due. */
  lastDueMs: number;
}

const firstMeanMs = 20;
const forgetting = 0.2;
/** Of the time that those before it will take: some come too early and wait, so that no slot stays empty. */
const optimism = 0.5;
const shortestDelayMs = 50;
/** A host that was slow may be quick again long before all that waits for it was to be sent. */
const longestDelayMs = 60_000;
const hostsMost = 10_000;

/**
 * When the next piece that is put back is due: after the one before it, by half the time that a call there takes of a
 * slot; 50 ms from now at the earliest, a minute at the latest.
 */
export function nextDueMs(
  { lastDueMs, meanMs }: Pick<Host, 'lastDueMs' | 'meanMs'>,
  { now, perHost }: { now: number; perHost: number },
): number {
  const earliest = Math.max(lastDueMs, now + shortestDelayMs);
  return Math.min(earliest + (optimism * meanMs) / perHost, now + longestDelayMs);
}

/**
 * Shares the calls under way among accounts and their hosts, so that a slow one does not hold up the others. What finds
 * no slot waits for its turn; what finds too many waiting is put back for about as long as those before it will take.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #now: () => number;
  readonly #hosts = new Map<string, Host>();
  /** Under way and waiting, by account. */
  readonly #held = new Map<number, number>();

  constructor(limits: SlotLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Throws the signal's reason where it aborts while waiting. */
  async take(accountId: number, name: string, signal: AbortSignal): Promise<Taken> {
    const host = this.#hostOf(`${accountId} ${name}`);
    const { perHost, waitingPerHost, perAccount } = this.#limits;
    const isFree = host.running < perHost;
    if (this.#heldBy(accountId) >= perAccount || !(isFree || host.waiting.size < waitingPerHost))
      return { delayMs: this.#delayMs(host) };
    this.#hold(accountId, 1);
    if (isFree) host.running += 1;
    else await this.#turn(accountId, host, signal);
    return this.#slot(accountId, host);
  }

  /** Resolves when a slot is handed over. */
  #turn(accountId: number, host: Host, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        host.waiting.delete(begin);
        this.#hold(accountId, -1);
        reject(signal.reason);
      };
      const begin = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      host.waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #slot(accountId: number, host: Host): Taken {
    const startedAtMs = this.#now();
    return {
      giveBack: () => {
        host.meanMs += forgetting * (this.#now() - startedAtMs - host.meanMs);
        this.#hold(accountId, -1);
        const [next] = host.waiting;
        if (!next) host.running -= 1;
        else if (host.waiting.delete(next)) next();
      },
    };
  }

  #delayMs(host: Host): number {
    const now = this.#now();
    host.lastDueMs = nextDueMs(host, { now, perHost: this.#limits.perHost });
    return host.lastDueMs - now;
  }

  #heldBy(accountId: number): number {
    return this.#held.get(accountId) ?? 0;
  }

  #hold(accountId: number, more: number): void {
    const held = this.#heldBy(accountId) + more;
    if (held > 0) this.#held.set(accountId, held);
    else this.#held.delete(accountId);
  }

  #hostOf(key: string): Host {
    if (this.#hosts.size > hostsMost) this.#forgetIdle();
    const host = this.#hosts.get(key) ?? { running: 0, waiting: new Set(), meanMs: firstMeanMs, lastDueMs: 0 };
    this.#hosts.set(key, host);
    return host;
  }

  #forgetIdle(): void {
    for (const [key, { running }] of this.#hosts) if (running === 0) this.#hosts.delete(key);
  }
}
