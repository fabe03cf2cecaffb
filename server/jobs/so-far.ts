import type { Pool } from 'mysql2/promise';
import type { ExecutionEnd } from '../../db/queries/execution-progress.ts';
import { type ExecutionRecord, readExecution } from '../../db/queries/executions.ts';
import { listParts, reportedParts } from '../../db/queries/reports.ts';
import { sumItems } from '../../db/queries/source-sums.ts';
import type { Services } from '../services.ts';

/**
 * The counts of an import that did not come to its own end: what its checkpoints say is stored, and the items that were
 * dealt with. Those that it found and did not get to wait for the next run.
 */
export async function storedSoFar(
  { database: { pool } }: Services,
  { accountId, id, type }: ExecutionRecord,
): Promise<Pick<ExecutionEnd, 'items' | 'rows' | 'parts'>> {
  if (type !== 'data_import') return await reportedSoFar(pool, accountId, id);
  const sums = await sumItems(pool, accountId, id);
  const { done, failed, ready, reading } = sums.items;
  // Of items that are not its own to read the ledger knows nothing; the execution shows how many it has seen.
  const shown = (await readExecution(pool, accountId, id))?.items;
  const unchanged = shown?.unchanged ?? 0;
  const waiting = Math.max(shown?.waiting ?? 0, sums.items.waiting) + ready + reading;
  return { rows: sums.rows, items: { listed: done + unchanged + waiting + failed, done, unchanged, waiting, failed } };
}

/** Of an export: the report that was made, whether or not it arrived anywhere. */
async function reportedSoFar(pool: Pool, accountId: number, id: Buffer): Promise<Pick<ExecutionEnd, 'rows' | 'parts'>> {
  const parts = reportedParts(await listParts(pool, accountId, id));
  const listed = parts.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return { rows: { listed, imported: 0, updated: 0, duplicate: 0, rejected: 0 }, parts: parts.length };
}
