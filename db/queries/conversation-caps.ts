import { DateTime } from 'luxon';
import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import { ingressConnectorId } from './interactions.ts';

/** How many conversations an account may bring, and why not more. */
export interface Grant {
  count: number;
  /** The contract's words for those that were not taken, such as `Daily conversation cap exceeded: 50/50`. */
  reason: string;
  /** The same where none of them is taken then: `Daily conversation cap exceeded: 47/50; 5 more do not fit`. */
  before: string;
  /** Until every period that has no room for all of them is over. */
  retryAfterSeconds: number;
}

/**
 * Counts `n` conversations in the transaction that has stored them. Throws `conversation_cap_exceeded` where the account's
 * cap of a day, a week (from Monday) or a month, in its time zone, leaves no room for all of them. An account without
 * caps costs one look and no lock.
 */
export async function takeConversations(connection: PoolConnection, accountId: number, n: number): Promise<void> {
  const { count, before, retryAfterSeconds } = await grantConversations(connection, accountId, n);
  if (count < n) throw new AppError('conversation_cap_exceeded', before, { retryAfterSeconds });
}

/**
 * As takeConversations(), but counts as many of the `n` as there is room for, and says how many. The counts stay locked
 * until the transaction ends.
 */
export async function grantConversations(connection: PoolConnection, accountId: number, n: number): Promise<Grant> {
  const periods = await cappedPeriods(connection, accountId);
  const grant: Grant = { count: n, reason: '', before: '', retryAfterSeconds: 0 };
  if (periods.length === 0) return grant;
  const counts = await lockCounts(connection, accountId, periods, n);
  for (const { name, cap, startsOn, endsInSeconds } of periods) {
    const count = counts.get(`${name} ${startsOn}`) ?? 0;
    const room = Math.max(0, cap - count);
    if (room < n) grant.retryAfterSeconds = Math.max(grant.retryAfterSeconds, endsInSeconds);
    if (room >= grant.count) continue;
    grant.count = room;
    grant.reason = exceeded(name, count + room, cap);
    grant.before = room > 0 ? `${exceeded(name, count, cap)}; ${numberText(n)} more do not fit` : grant.reason;
  }
  if (grant.count > 0)
    await connection.query(
      'UPDATE conversation_count SET conversations = conversations + ? WHERE account_id = ? AND (period, starts_on) IN (?)',
      [grant.count, accountId, keysOf(periods)],
    );
  return grant;
}

/** The counts begin anew, from what is stored: for when caps were changed, because accounts without one are not counted. */
export async function forgetConversations(connection: PoolConnection, accountId: number): Promise<void> {
  await connection.query('DELETE FROM conversation_count WHERE account_id = ?', [accountId]);
}

const periodNames = ['day', 'week', 'month'] as const;
type PeriodName = (typeof periodNames)[number];
const adjectives = { day: 'Daily', week: 'Weekly', month: 'Monthly' } as const;

interface Period {
  name: PeriodName;
  cap: number;
  /** Its first day, `2026-11-16`. */
  startsOn: string;
  startMs: number;
  endsInSeconds: number;
}

async function cappedPeriods(connection: PoolConnection, accountId: number): Promise<Period[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT daily_cap AS day, weekly_cap AS week, monthly_cap AS month, timezone, NOW(3) AS now FROM account WHERE id = ?',
    [accountId],
  );
  const account = rows[0];
  if (!account) return [];
  return periodNames
    .filter((name) => account[name] !== null)
    .map((name) => {
      const now = DateTime.fromJSDate(account.now, { zone: account.timezone });
      const start = now.startOf(name);
      const leftMs = start.plus({ [name]: 1 }).toMillis() - now.toMillis();
      return {
        name,
        cap: account[name],
        startsOn: start.toFormat('yyyy-MM-dd'),
        startMs: start.toMillis(),
        endsInSeconds: Math.ceil(leftMs / 1000),
      };
    });
}

/** Periods that were not counted yet are counted from what was stored before these `n`. */
async function lockCounts(
  connection: PoolConnection,
  accountId: number,
  periods: Period[],
  n: number,
): Promise<Map<string, number>> {
  const counts = await readCounts(connection, accountId, periods);
  const uncounted = periods.filter(({ name, startsOn }) => !counts.has(`${name} ${startsOn}`));
  if (uncounted.length === 0) return counts;
  for (const { name, startsOn, startMs } of uncounted)
    await connection.query(
      'INSERT INTO conversation_count (account_id, period, starts_on, conversations) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE account_id = account_id',
      [accountId, name, startsOn, Math.max(0, (await countSince(connection, accountId, startMs)) - n)],
    );
  return readCounts(connection, accountId, periods);
}

async function readCounts(
  connection: PoolConnection,
  accountId: number,
  periods: Period[],
): Promise<Map<string, number>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT period, DATE_FORMAT(starts_on, '%Y-%m-%d') AS starts_on, conversations FROM conversation_count
      WHERE account_id = ? AND (period, starts_on) IN (?) ORDER BY period FOR UPDATE`,
    [accountId, keysOf(periods)],
  );
  return new Map(rows.map((row) => [`${row.period} ${row.starts_on}`, row.conversations]));
}

function keysOf(periods: Period[]): [string, string][] {
  return periods.map(({ name, startsOn }) => [name, startsOn]);
}

const clockDifferenceMs = 60 * 60_000;

/** What came over the API since then. Ids grow with time, so the primary key finds them; the times decide. */
async function countSince(connection: PoolConnection, accountId: number, startMs: number): Promise<number> {
  const firstId = Buffer.alloc(16);
  firstId.writeUIntBE(startMs - clockDifferenceMs, 0, 6);
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM interaction WHERE account_id = ? AND connector_id = ? AND id >= ? AND created_at >= ?',
    [accountId, ingressConnectorId, firstId, new Date(startMs)],
  );
  return rows[0]?.n ?? 0;
}

function exceeded(name: PeriodName, count: number, cap: number): string {
  return `${adjectives[name]} conversation cap exceeded: ${numberText(count)}/${numberText(cap)}`;
}

function numberText(value: number): string {
  return value.toLocaleString('en');
}
