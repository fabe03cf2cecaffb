import { createHash } from 'node:crypto';
import { type RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../db/database.ts';
import { backoffMs } from '../backoff.ts';
import { openRateLimiter } from '../rate-limiter.ts';

export interface AttemptLimits {
  /** Wrong sign-ins of one user name from one address within the window. */
  perLogin: number;
  /** Wrong sign-ins from one address, whatever the names. */
  perAddress: number;
  windowSeconds: number;
  /** The first ban; each further one within a day is twice as long, up to a day. */
  banSeconds: number;
}

export const attemptLimits: AttemptLimits = { perLogin: 8, perAddress: 30, windowSeconds: 900, banSeconds: 60 };

const daySeconds = 24 * 3600;

/** Slows guessing down, counted in the database for every server of the installation. */
export class Attempts {
  readonly #logins: RateLimiterMySQL;
  readonly #addresses: RateLimiterMySQL;
  readonly #bans: RateLimiterMySQL;
  readonly #limits: AttemptLimits;

  constructor(database: Database, limits: AttemptLimits = attemptLimits) {
    const { perLogin, perAddress, windowSeconds } = limits;
    this.#limits = limits;
    this.#logins = openRateLimiter(database, { keyPrefix: 'inbox-login', points: perLogin, windowSeconds });
    this.#addresses = openRateLimiter(database, { keyPrefix: 'inbox-address', points: perAddress, windowSeconds });
    this.#bans = openRateLimiter(database, {
      ...{ keyPrefix: 'inbox-ban', points: Number.MAX_SAFE_INTEGER, windowSeconds: daySeconds },
    });
  }

  /** Whether nobody may sign in from there, or not by this name from there. */
  async isBanned(address: string, username?: string): Promise<boolean> {
    const states = await Promise.all([
      this.#addresses.get(address),
      username === undefined ? null : this.#logins.get(loginKey(address, username)),
    ]);
    return isSpent(states[0], this.#limits.perAddress) || isSpent(states[1], this.#limits.perLogin);
  }

  /** Counts a wrong sign-in. Seconds of the ban that it brings, else 0. */
  async countFailure(address: string, username: string): Promise<number> {
    const login = await this.#count(this.#logins, loginKey(address, username));
    return Math.max(login, await this.#count(this.#addresses, address));
  }

  /** A right sign-in clears what was mistyped before it. */
  async forgive(address: string, username: string): Promise<void> {
    await this.#logins.delete(loginKey(address, username));
  }

  async #count(counter: RateLimiterMySQL, key: string): Promise<number> {
    try {
      const { remainingPoints } = await counter.consume(key);
      if (remainingPoints > 0) return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
    }
    const { consumedPoints } = await this.#bans.penalty(key, 1);
    const seconds = backoffMs(consumedPoints - 1, this.#limits.banSeconds * 1000, daySeconds * 1000) / 1000;
    await counter.block(key, seconds);
    return seconds;
  }
}

function isSpent(state: RateLimiterRes | null | undefined, points: number): boolean {
  return state !== null && state !== undefined && state.consumedPoints > points && state.msBeforeNext > 0;
}

/** Names are what anybody may send, of any length. */
function loginKey(address: string, username: string): string {
  return `${address} ${createHash('sha256').update(username).digest('base64url').slice(0, 22)}`;
}
