import { RateLimiterMySQL } from 'rate-limiter-flexible';
import type { Database } from '../db/database.ts';

/**
 * Counts by key in the database, for every process of the installation. Whoever counts by `penalty` alone judges the
 * count himself; `points` are then of no effect.
 */
export function openRateLimiter(
  { pool, address }: Database,
  { keyPrefix = '', points = 1, windowSeconds }: { keyPrefix?: string; points?: number; windowSeconds: number },
): RateLimiterMySQL {
  return new RateLimiterMySQL({
    storeClient: pool.pool,
    storeType: 'pool',
    dbName: address.database,
    tableName: 'rate_limit',
    tableCreated: true,
    ...{ keyPrefix, points, duration: windowSeconds },
  });
}
