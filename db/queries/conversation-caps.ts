import { DateTime } from 'luxon';
import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import { ingressConnectorId } from './interactions.ts';

/** How many conversations an account may bring, and why not more. */
export interface Grant {
  count: number;
  /** The contract's words, such as `Daily conversation cap exceeded: 50/50`. */
  reason: string;
}

/**
 * Counts `n` conversations in the transaction that brings them. Throws `conversation_cap_exceeded` where the account's
 * cap of a day, a week (from Monday) or a month, in its time zone, leaves no room for all of them. An account without
 * caps costs one look and no lock.
 */
export async function takeConversations(
  connection: PoolConnection,
  accountId: number,
  n: number,
  { stored = 0 } = {},
): Promise<void> {
  const { count, reason } = await grantConversations(connection, accountId, n, { stored });
  if (count < n) throw new AppError('conversation_cap_exceeded', reason);
}

/**
 * As takeConversations(), but counts as many of the `n` as there is room for, and says how many. `stored` of them are
 * in the table already, by this transaction. The counts stay locked until it ends.
 */
export async function grantConversations(
  connection: PoolConnection,
  accountId: number,
  n: number,
  { stored = 0 } = {},
): Promise<Grant> {
  const periods = await cappedPeriods(connection, accountId);
  if (periods.length === 0) return { count: n, reason: '' };
  const counts = await lockCounts(connection, accountId, periods, stored);
  let grant: Grant = { count: n, reason: '' };
  for (const { name, cap, startsOn } of periods) {
    const count = counts.get(`${name} ${startsOn}`) ?? 0;
    const room = Math.max(0, cap - count);
    if (room < grant.count) grant = { count: room, reason: exceeded(name, count, cap, n) };
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
      const start = DateTime.fromJSDate(account.now, { zone: account.timezone }).startOf(name);
      return { name, cap: account[name], startsOn: start.toFormat('yyyy-MM-dd'), startMs: start.toMillis() };
    });
}

/** Periods that were not counted yet are counted from what is stored. */
async function lockCounts(
  connection: PoolConnection,
  accountId: number,
  periods: Period[],
  stored: number,
): Promise<Map<string, number>> {
  const counts = await readCounts(connection, accountId, periods);
  const uncounted = periods.filter(({ name, startsOn }) => !counts.has(`${name} ${startsOn}`));
  if (uncounted.length === 0) return counts;
  for (const { name, startsOn, startMs } of uncounted)
    await connection.query(
      'INSERT INTO conversation_count (account_id, period, starts_on, conversations) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE account_id = account_id',
      [accountId, name, startsOn, Math.max(0, (await countSince(connection, accountId, startMs)) - stored)],
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

function exceeded(name: PeriodName, count: number, cap: number, n: number): string {
  const number = (value: number) => value.toLocaleString('en');
  const wanted = count < cap ? `; ${number(n)} more do not fit` : '';
  return `${adjectives[name]} conversation cap exceeded: ${number(count)}/${number(cap)}${wanted}`;
}
