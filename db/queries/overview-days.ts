import type { Pool, RowDataPacket } from 'mysql2/promise';
import { type ExecutionStatus, endStatuses } from '../../shared/execution.ts';
import { type JobType, jobTypes } from '../../shared/job.ts';
import { smallestIdAt } from '../uuid.ts';
import { openStatuses } from './executions.ts';

/** From the first instant up to the second. */
export interface Span {
  from: Date;
  to: Date;
}

/** Executions of a type that ended so. */
export interface RunCount {
  type: JobType;
  status: ExecutionStatus;
  n: number;
}

/** What is kept of an account's day: its counts up to `countedUntil`. */
export interface KeptDay {
  startsAt: Date;
  countedUntil: Date;
  countedAt: Date;
  imported: number;
  analysed: number;
  rejected: number;
  runs: RunCount[];
  /** Nothing of that day can change any more. */
  isFinal: boolean;
}

/** By the time of each day's start, as milliseconds since 1970. */
export async function selectKeptDays(pool: Pool, accountId: number, since: Date): Promise<Map<number, KeptDay>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT starts_at, counted_until, counted_at, imported, analysed, rejected, runs, is_final FROM overview_day
      WHERE account_id = ? AND starts_at >= ?`,
    [accountId, since],
  );
  return new Map(rows.map((row) => [row.starts_at.getTime(), keptDay(row)]));
}

function keptDay(row: RowDataPacket): KeptDay {
  return {
    startsAt: row.starts_at,
    countedUntil: row.counted_until,
    countedAt: row.counted_at,
    imported: row.imported,
    analysed: row.analysed,
    rejected: row.rejected,
    runs: JSON.parse(row.runs),
    isFinal: row.is_final === 1,
  };
}

/** Keeps a day's counts in place of those before; whoever writes last has counted them by itself, so any order is right. */
export async function keepDay(pool: Pool, accountId: number, day: KeptDay): Promise<void> {
  const { startsAt, countedUntil, countedAt, imported, analysed, rejected, runs, isFinal } = day;
  await pool.query(
    `INSERT INTO overview_day (account_id, starts_at, counted_until, counted_at, imported, analysed, rejected, runs, is_final)
     VALUES (?) ON DUPLICATE KEY UPDATE counted_until = VALUES(counted_until), counted_at = VALUES(counted_at),
       imported = VALUES(imported), analysed = VALUES(analysed), rejected = VALUES(rejected), runs = VALUES(runs),
       is_final = VALUES(is_final)`,
    [[accountId, startsAt, countedUntil, countedAt, imported, analysed, rejected, JSON.stringify(runs), isFinal]],
  );
}

/** Also what was kept of days that began at another time, because the account's zone was another one. */
export async function removeKeptDays(pool: Pool, accountId: number, wanted: readonly Date[]): Promise<void> {
  await pool.query('DELETE FROM overview_day WHERE account_id = ? AND starts_at NOT IN (?)', [accountId, wanted]);
}

/** Interactions that were stored and analyses that came to their end, completed or failed. */
export async function countArrivals(
  pool: Pool,
  accountId: number,
  span: Span,
): Promise<Pick<KeptDay, 'imported' | 'analysed'>> {
  // Ids grow with time, so the span is a stretch of the primary key; by any index of the account all of it would be read.
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM interaction FORCE INDEX (PRIMARY) WHERE account_id = ? AND id >= ? AND id < ?) AS imported,
       (SELECT COUNT(*) FROM analysis FORCE INDEX (by_completion)
         WHERE account_id = ? AND completed_at >= ? AND completed_at < ?) AS analysed`,
    [accountId, ...idsIn(span), accountId, span.from, span.to],
  );
  return { imported: rows[0]?.imported ?? 0, analysed: rows[0]?.analysed ?? 0 };
}

/** Rows rejected by executions that were made in the span. */
export async function countRejected(pool: Pool, accountId: number, span: Span): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM rejected_row FORCE INDEX (account_id) WHERE account_id = ? AND execution_id >= ? AND execution_id < ?',
    [accountId, ...idsIn(span)],
  );
  return rows[0]?.n ?? 0;
}

/** Executions made in the span that have ended: a stretch of one index for each type and status. */
export async function countEndedRuns(pool: Pool, accountId: number, span: Span): Promise<RunCount[]> {
  const kinds = jobTypes.flatMap((type) => endStatuses.map((status) => ({ type, status })));
  const [rows] = await pool.query<RowDataPacket[]>(
    kinds
      .map(
        () => `SELECT ? AS type, ? AS status, COUNT(*) AS n FROM execution FORCE INDEX (by_type_status)
                WHERE account_id = ? AND type = ? AND status = ? AND id >= ? AND id < ?`,
      )
      .join(' UNION ALL '),
    kinds.flatMap(({ type, status }) => [type, status, accountId, type, status, ...idsIn(span)]),
  );
  return rows.filter(({ n }) => n > 0).map(({ type, status, n }) => ({ type, status, n }));
}

/** Executions that have not ended, whenever they were made. */
export async function countOpenRuns(pool: Pool, accountId: number): Promise<RunCount[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT type, status, COUNT(*) AS n FROM execution WHERE account_id = ? AND status IN (?) GROUP BY type, status',
    [accountId, openStatuses],
  );
  return rows.map(({ type, status, n }) => ({ type, status, n }));
}

/** Whether one that was made in the span has not ended. */
export async function hasOpenRunIn(pool: Pool, accountId: number, span: Span): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT 1 FROM execution FORCE INDEX (by_status) WHERE account_id = ? AND status IN (?) AND id >= ? AND id < ? LIMIT 1',
    [accountId, openStatuses, ...idsIn(span)],
  );
  return rows.length > 0;
}

function idsIn({ from, to }: Span): [Buffer, Buffer] {
  return [smallestIdAt(from.getTime()), smallestIdAt(to.getTime())];
}
