import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import type { Page } from './api-page.ts';
import { type ExecutionRecord, findExecutions } from './executions.ts';
import { allOf } from './scope.ts';

export interface ExecutionSearch {
  type?: JobType | undefined;
  status?: ExecutionStatus | undefined;
}

/** A page of the account's executions by its place, newest first, and how many there are. */
export async function searchExecutions(
  pool: Pool,
  accountId: number,
  search: ExecutionSearch,
  page: Page,
): Promise<{ rows: ExecutionRecord[]; total: number }> {
  const condition = conditionOf(accountId, search);
  const [counted] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM execution WHERE ${condition.sql}`,
    condition.values,
  );
  const total: number = counted[0]?.n ?? 0;
  if (page.offset >= total) return { rows: [], total };
  const before = await idBefore(pool, accountId, search, page.offset);
  return { rows: await findExecutions(pool, accountId, { ...search, before, limit: page.limit }), total };
}

/** The last execution of the page before; whole rows are read from there on, not skipped. */
async function idBefore(
  pool: Pool,
  accountId: number,
  search: ExecutionSearch,
  offset: number,
): Promise<Buffer | undefined> {
  if (offset === 0) return undefined;
  const condition = conditionOf(accountId, search);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id FROM execution WHERE ${condition.sql} ORDER BY id DESC LIMIT 1 OFFSET ?`,
    [...condition.values, offset - 1],
  );
  return rows[0]?.id;
}

function conditionOf(accountId: number, { type, status }: ExecutionSearch) {
  return allOf([
    { sql: 'account_id = ?', values: [accountId] },
    type && { sql: 'type = ?', values: [type] },
    status && { sql: 'status = ?', values: [status] },
  ]);
}
