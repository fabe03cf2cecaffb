import type { Pool } from 'mysql2/promise';

const everyMs = 50;

/**
 * Until `until` is settled, work that waits for its next attempt is due at once. A claim, which ends later than any such
 * pause, stays: work in hand is not taken away.
 */
export async function hurried<T>(pool: Pool, until: Promise<T>): Promise<T> {
  const hurry = setInterval(() => void pool.query(dueNow), everyMs);
  return await until.finally(() => clearInterval(hurry));
}

/** Claims of 30 s, the usual ones, are renewed when a third is over; the pause before a third attempt is 4 s at most. */
const dueNow = `UPDATE work SET run_after = NOW(3)
  WHERE last_error IS NOT NULL AND run_after BETWEEN NOW(3) AND NOW(3) + INTERVAL 10 SECOND`;
