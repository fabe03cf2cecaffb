import type { RateLimiterMySQL } from 'rate-limiter-flexible';
import type { Database } from '../../db/database.ts';
import { openRateLimiter } from '../rate-limiter.ts';
import { stopped } from '../security/bounded-body.ts';
import { wait } from '../wait.ts';

const windowSeconds = 60;

/**
 * Waits until this call is among the first `callsPerMinute` of its minute, counted in the database for every process.
 * Throws `cancelled` when the signal aborts.
 */
export async function pace(
  database: Database,
  name: string,
  callsPerMinute: number,
  signal: AbortSignal,
): Promise<void> {
  const limiter = limiterOf(database);
  for (;;) {
    if (signal.aborted) throw stopped();
    const { consumedPoints, msBeforeNext } = await limiter.penalty(`pace:${name}`, 1);
    if (consumedPoints <= callsPerMinute) return;
    await wait(Math.max(1, msBeforeNext), signal);
  }
}

const limiters = new WeakMap<Database, RateLimiterMySQL>();

function limiterOf(database: Database): RateLimiterMySQL {
  const known = limiters.get(database);
  if (known) return known;
  const made = openRateLimiter(database, { windowSeconds });
  limiters.set(database, made);
  return made;
}
