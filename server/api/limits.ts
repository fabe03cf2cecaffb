import type { RateLimiterMySQL } from 'rate-limiter-flexible';
import { defaultLimits } from '../../shared/api-key.ts';
import { AppError } from '../../shared/error.ts';
import type { Account } from '../accounts/account.ts';
import { CallGroup } from '../call-group.ts';
import { openRateLimiter } from '../rate-limiter.ts';
import type { Services } from '../services.ts';
import type { Allowance } from './endpoint.ts';

const windowSeconds = 60;

/** Where an account stands after a call. */
export interface Standing {
  limit: number;
  remaining: number;
  /** Until the minute is over. */
  resetSeconds: number;
}

export class RateLimited extends AppError {
  readonly standing: Standing;

  constructor(standing: Standing, words: string) {
    super('rate_limited', words, { retryAfterSeconds: standing.resetSeconds });
    this.standing = standing;
  }
}

/** Counts a call against its account's allowance. Throws RateLimited once the minute's calls are used up. */
export type CountCall = (account: Account, allowance: Allowance) => Promise<Standing>;

/** One count for all servers of the installation, in the database. Undefined where the limits are switched off. */
export function openLimits({ database, config }: Services): CountCall | undefined {
  if (config.rateLimit === 'off') return undefined;
  const limiter = openRateLimiter(database, { windowSeconds });
  const counts = new CallGroup<string, Count>((keys) => countTogether(limiter, keys), 1000);
  const full = new Map<string, Count>();

  return async (account, allowance) => {
    const limit = limitOf(account, allowance);
    const key = `${account.id}:${allowance}`;
    // Whoever has used up the minute is told so without asking the database for each further call.
    let count = full.get(key);
    if (!count || count.endsAtMs <= Date.now() || count.calls < limit) {
      count = await counts.add(key);
      if (count.calls > limit) full.set(key, count);
      else full.delete(key);
    }
    const standing = {
      limit,
      remaining: Math.max(0, limit - count.calls),
      resetSeconds: Math.max(1, Math.ceil((count.endsAtMs - Date.now()) / 1000)),
    };
    if (count.calls > limit) throw new RateLimited(standing, refusal(standing));
    return standing;
  };
}

interface Count {
  /** Of this minute, this one among them. */
  calls: number;
  endsAtMs: number;
}

/** Those that came together are counted by one statement for each key, and share the numbers it gave among them. */
async function countTogether(limiter: RateLimiterMySQL, keys: string[]): Promise<Count[]> {
  const wanted = new Map<string, number>();
  for (const key of keys) wanted.set(key, (wanted.get(key) ?? 0) + 1);
  const next = new Map<string, Count>();
  await Promise.all(
    [...wanted].map(async ([key, calls]) => {
      const { consumedPoints, msBeforeNext } = await consume(limiter, key, calls);
      next.set(key, { calls: consumedPoints - calls, endsAtMs: Date.now() + msBeforeNext });
    }),
  );
  return keys.map((key) => {
    const before = next.get(key) ?? { calls: 0, endsAtMs: 0 };
    before.calls += 1;
    return { ...before };
  });
}

const deadlocksMost = 5;

/** Two servers that make the same row at once may be told that one of them must try again. */
async function consume(limiter: RateLimiterMySQL, key: string, calls: number) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await limiter.penalty(key, calls);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ER_LOCK_DEADLOCK' || attempt === deadlocksMost) throw error;
    }
  }
}

function limitOf({ limits }: Account, allowance: Allowance): number {
  const own = { ingest: limits.ingestPerMinute, read: limits.readPerMinute, results: null }[allowance];
  return own ?? defaultLimits[allowance];
}

function refusal({ limit, resetSeconds }: Standing): string {
  return `This account's ${limit.toLocaleString('en')} calls of this kind a minute are used up. Wait ${resetSeconds} seconds; many interactions go into one call as a batch or a file.`;
}
