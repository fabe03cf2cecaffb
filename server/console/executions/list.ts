import type { Pool } from 'mysql2/promise';
import { reportTimes } from '../../../db/queries/report-times.ts';
import { executionFilterSchema } from '../../jobs/history-filter.ts';
import { type ExecutionRow, listExecutions } from '../../jobs/list.ts';
import { downloadableUntil, reportOwner } from '../../jobs/report-link.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';

export interface HistoryRow extends ExecutionRow {
  /** Until which ISO instant its report can be downloaded; null where it has none. */
  downloadable_until: string | null;
}

export interface HistoryPage {
  rows: HistoryRow[];
  next_cursor: string | null;
}

/** The history, newest first, 50 a page, filtered by type, status (one or several), connector, job and days. */
export const list = adminOfConsole.input(executionFilterSchema).query(async ({ ctx, input }): Promise<HistoryPage> => {
  const { accountId } = ctx.session;
  const { rows, next_cursor } = await listExecutions(ctx.services, accountId, input);
  const until = await reportsUntil(ctx.services.database.pool, accountId, rows);
  return {
    rows: rows.map((row) => ({ ...row, downloadable_until: until.get(row.execution_id)?.toISOString() ?? null })),
    next_cursor,
  };
});

/** A retry delivers the report of another execution, whose seven days count. */
async function reportsUntil(pool: Pool, accountId: number, rows: readonly ExecutionRow[]): Promise<Map<string, Date>> {
  const reported = rows.filter(({ counts }) => 'parts' in counts && counts.parts > 0);
  const owners = await Promise.all(
    reported.map(async ({ execution_id, trigger }) => {
      const id = idOf(execution_id);
      return { execution_id, owner: trigger === 'retry' ? await reportOwner(pool, accountId, id) : id };
    }),
  );
  const times = await reportTimes(
    pool,
    accountId,
    owners.map(({ owner }) => owner),
  );
  return new Map(
    owners.flatMap(({ execution_id, owner }) => {
      const createdAt = times.get(owner.toString('hex'));
      return createdAt ? [[execution_id, downloadableUntil({ createdAt })] as const] : [];
    }),
  );
}
