import type { Pool } from 'mysql2/promise';
import { countAftermath } from '../../db/queries/execution-details.ts';
import type { ExecutionRecord } from '../../db/queries/executions.ts';
import { uuidText } from '../../db/uuid.ts';
import type { Aftermath } from '../../shared/execution.ts';

/** From so many rows on, counting them takes longer than a page may; a page that is open asks at every change. */
const manyRows = 20_000;
const keptMs = 5_000;

interface Kept {
  at: number;
  counts: Promise<Aftermath>;
}

/** For each pool, what was counted within the last seconds. */
const kept = new WeakMap<Pool, Map<string, Kept>>();

/**
 * What became of an import's interactions; null for exports. Of imports of 20,000 rows and more it is counted at most
 * once in five seconds, whoever asks.
 */
export function aftermathOf(pool: Pool, { id, accountId, type, rows }: ExecutionRecord): Promise<Aftermath> | null {
  if (type !== 'data_import') return null;
  if (rows.listed < manyRows) return countAftermath(pool, accountId, id);
  const ofPool = forgetOld(kept.get(pool) ?? new Map<string, Kept>());
  kept.set(pool, ofPool);
  const key = uuidText(id);
  const known = ofPool.get(key);
  if (known) return known.counts;
  const counts = countAftermath(pool, accountId, id);
  ofPool.set(key, { at: performance.now(), counts });
  // Whoever asked is told of the failure; who asks next tries again.
  counts.catch(() => ofPool.delete(key));
  return counts;
}

function forgetOld(ofPool: Map<string, Kept>): Map<string, Kept> {
  const oldest = performance.now() - keptMs;
  for (const [key, { at }] of ofPool) if (at < oldest) ofPool.delete(key);
  return ofPool;
}
