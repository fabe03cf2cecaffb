import type { Pool } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import { smallestIdAt } from '../uuid.ts';
import type { Page } from './api-page.ts';
import { type CountedDays, countedDays, dayMs } from './execution-days.ts';
import { countExecutions, findExecutions, findIdAfter } from './execution-search.ts';
import type { ExecutionRecord } from './executions.ts';

export interface ExecutionSearch {
  type?: JobType | undefined;
  status?: ExecutionStatus | undefined;
}

/**
 * A page of the account's executions by its place, newest first, and how many there are. The young ones are counted one
 * by one, the others by days, so that neither the number nor a late page takes longer in a long history.
 */
export async function searchExecutions(
  pool: Pool,
  accountId: number,
  { type, status }: ExecutionSearch,
  { offset, limit }: Page,
): Promise<{ rows: ExecutionRecord[]; total: number }> {
  const filter = { type, statuses: status && [status] };
  const counted = await countedDays(pool, accountId, { type, status });
  const from = new Date(counted.untilDay * dayMs);
  const young = await countExecutions(pool, accountId, { ...filter, from });
  const total = counted.days.reduce((sum, { n }) => sum + n, young);
  if (offset >= total) return { rows: [], total };
  const { end, skipped } = placeOf(counted, young, offset);
  const newest = skipped > 0 ? await findIdAfter(pool, accountId, { ...filter, before: end }, skipped - 1) : undefined;
  const before = newest ?? end;
  return { rows: await findExecutions(pool, accountId, { ...filter, before, limit }), total };
}

/** The end of the day in which a place lies, undefined among the young ones, and how many of that day come before it. */
function placeOf({ days }: CountedDays, young: number, offset: number): { end: Buffer | undefined; skipped: number } {
  let skipped = offset;
  if (skipped < young) return { end: undefined, skipped };
  skipped -= young;
  for (const { day, n } of days) {
    if (skipped < n) return { end: smallestIdAt((day + 1) * dayMs), skipped };
    skipped -= n;
  }
  return { end: undefined, skipped: offset };
}
