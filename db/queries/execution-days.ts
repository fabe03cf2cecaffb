import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import { smallestIdAt, timeMsOf } from '../uuid.ts';
import { openStatuses } from './executions.ts';

export const dayMs = 86_400_000;

/** A day of a stream may be opened again while it lasts, in the zone of its account; after that an end is for good. */
const settledAfterDays = 3;

/** How many executions were made on a UTC day, `day` days after 1970-01-01. */
export interface DayCount {
  day: number;
  n: number;
}

export interface CountedDays {
  /** All days before this one are counted; those without executions are left out. */
  untilDay: number;
  /** The newest first. */
  days: DayCount[];
}

/**
 * The account's executions by day, as far as their states can no longer change. Days that have come to that since are
 * counted once, here, and kept: the number of them all is then a sum, and a place in the list is found by days.
 */
export async function countedDays(
  pool: Pool,
  accountId: number,
  kind: { type?: JobType | undefined; status?: ExecutionStatus | undefined },
): Promise<CountedDays> {
  const known = await nextDayToCount(pool, accountId);
  const settled = Math.floor(Date.now() / dayMs) - settledAfterDays;
  const untilDay = settled > known ? await countUntil(pool, accountId, known, settled) : known;
  const { type, status } = kind;
  const [rows] = await pool.query<(DayCount & RowDataPacket)[]>(
    `SELECT day, SUM(n) AS n FROM execution_day WHERE account_id = ? ${type ? 'AND type = ?' : ''}
       ${status ? 'AND status = ?' : ''} AND day < ? GROUP BY day ORDER BY day DESC`,
    [accountId, ...(type ? [type] : []), ...(status ? [status] : []), untilDay],
  );
  return { untilDay, days: rows.map(({ day, n }) => ({ day, n: Number(n) })) };
}

async function nextDayToCount(pool: Pool, accountId: number): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT MAX(day) AS day FROM execution_day WHERE account_id = ?', [
    accountId,
  ]);
  const day: number | null = rows[0]?.day ?? null;
  return day === null ? 0 : day + 1;
}

/** Whoever else counts them meanwhile comes to the same numbers. Gives the day up to which it could be done. */
async function countUntil(pool: Pool, accountId: number, fromDay: number, settledDay: number): Promise<number> {
  const oldest = await oldestOpen(pool, accountId);
  const untilDay = oldest ? Math.min(settledDay, Math.floor(timeMsOf(oldest) / dayMs)) : settledDay;
  if (untilDay <= fromDay) return fromDay;
  await pool.query(
    `INSERT INTO execution_day (account_id, day, type, status, n)
     SELECT account_id, CONV(LEFT(HEX(id), 12), 16, 10) DIV ${dayMs} AS made_on, type, status, COUNT(*)
       FROM execution FORCE INDEX (by_account) WHERE account_id = ? AND id >= ? AND id < ?
      GROUP BY account_id, made_on, type, status
     ON DUPLICATE KEY UPDATE n = VALUES(n)`,
    [accountId, smallestIdAt(fromDay * dayMs), smallestIdAt(untilDay * dayMs)],
  );
  return untilDay;
}

async function oldestOpen(pool: Pool, accountId: number): Promise<Buffer | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id FROM (${openStatuses.map(() => '(SELECT id FROM execution FORCE INDEX (by_status) WHERE account_id = ? AND status = ? ORDER BY id LIMIT 1)').join(' UNION ALL ')}) open
     ORDER BY id LIMIT 1`,
    openStatuses.flatMap((status) => [accountId, status]),
  );
  return rows[0]?.id;
}
