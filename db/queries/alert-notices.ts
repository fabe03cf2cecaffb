import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { AlertEvent } from '../../shared/alert.ts';
import type { Failure } from '../../shared/error.ts';
import type { Connection } from '../database.ts';
import { newId, uuidText } from '../uuid.ts';
import { addWork, type Work } from './work.ts';

/**
 * `waiting`: to be sent; `held`: put off, because the account has had many mails within the hour; `sending`: its mail counts
 * from now on, whether it arrives or not; `merged`: told within another mail; `split`: sent to each address by itself.
 */
export type NoticeStatus = 'waiting' | 'held' | 'sending' | 'sent' | 'merged' | 'split' | 'failed';

export interface Notice {
  id: Buffer;
  accountId: number;
  alertId: number;
  event: AlertEvent | 'test';
  /** Email addresses. */
  recipients: string[];
  /** What it tells of, as it was written. */
  body: string;
  status: NoticeStatus;
}

export type NewNotice = Pick<Notice, 'accountId' | 'alertId' | 'event' | 'recipients' | 'body'>;

/** In the transaction of what it tells of, so that neither is there without the other. */
export async function addNotice(connection: PoolConnection, notice: NewNotice): Promise<Buffer> {
  const id = await insertNotice(connection, notice, 'waiting');
  await addWork(connection, [{ kind: 'notify', accountId: notice.accountId, subject: id }]);
  return id;
}

async function insertNotice(connection: Connection, notice: NewNotice, status: NoticeStatus): Promise<Buffer> {
  const id = newId();
  const { accountId, alertId, event, recipients, body } = notice;
  await connection.query(
    `INSERT INTO alert_notice (id, account_id, alert_id, event, channel, address, body, status, sent_at)
       VALUES (?, ?, ?, ?, 'email', ?, ?, ?, IF(? = 'sending', NOW(3), NULL))`,
    [id, accountId, alertId, event, recipients.join(','), body, status, status],
  );
  return id;
}

/** Locked until the transaction ends. */
export async function lockNotice(
  connection: PoolConnection,
  { accountId, subject }: Pick<Work, 'accountId' | 'subject'>,
): Promise<Notice | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM alert_notice WHERE id = ? AND account_id = ? FOR UPDATE`,
    [subject, accountId],
  );
  return rows[0] && noticeOf(rows[0]);
}

const columns = 'id, account_id, alert_id, event, address, body, status';

function noticeOf({ id, account_id, alert_id, event, address, body, status }: RowDataPacket): Notice {
  const recipients: string[] = address.split(',');
  return { id, accountId: account_id, alertId: alert_id, event, recipients, body, status };
}

/** How many mails of the account count within the window, and in how many milliseconds the oldest of them no longer does. */
export async function mailsWithin(
  connection: Connection,
  accountId: number,
  windowMs: number,
): Promise<{ count: number; freeInMs: number }> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n, TIMESTAMPDIFF(MICROSECOND, NOW(3), MIN(sent_at) + INTERVAL ? MICROSECOND) / 1000 AS free_in_ms
       FROM alert_notice WHERE account_id = ? AND channel = 'email' AND sent_at > NOW(3) - INTERVAL ? MICROSECOND`,
    [windowMs * 1000, accountId, windowMs * 1000],
  );
  return { count: Number(rows[0]?.n ?? 0), freeInMs: Math.max(0, Number(rows[0]?.free_in_ms ?? 0)) };
}

/** Notices to the same addresses that are not being sent yet, the oldest first; locked until the transaction ends. */
export async function lockPutOff(
  connection: PoolConnection,
  { accountId, recipients }: Pick<Notice, 'accountId' | 'recipients'>,
): Promise<(Notice & { ageMs: number })[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns}, TIMESTAMPDIFF(MICROSECOND, created_at, NOW(3)) / 1000 AS age_ms FROM alert_notice
      WHERE account_id = ? AND status IN ('waiting', 'held') AND address = ? ORDER BY id LIMIT ? FOR UPDATE`,
    [accountId, recipients.join(','), putOffMost],
  );
  return rows.map((row) => ({ ...noticeOf(row), ageMs: Number(row.age_ms) }));
}

const putOffMost = 5_000;

export async function holdNotice(connection: Connection, id: Buffer): Promise<void> {
  await connection.query("UPDATE alert_notice SET status = 'held' WHERE id = ?", [id]);
}

/** Its mail is sent now, and tells of the others as well. */
export async function beginSending(
  connection: Connection,
  { id, body }: Pick<Notice, 'id' | 'body'>,
  others: readonly Pick<Notice, 'id'>[],
): Promise<void> {
  await connection.query("UPDATE alert_notice SET status = 'sending', sent_at = NOW(3), body = ? WHERE id = ?", [
    body,
    id,
  ]);
  if (others.length > 0)
    await connection.query("UPDATE alert_notice SET status = 'merged', digest_id = ? WHERE id IN (?)", [
      id,
      others.map((other) => other.id),
    ]);
}

/** Its mail could not be sent now, and counts no longer; the next attempt may tell of more. */
export async function putOffNotice(
  connection: Connection,
  { accountId, subject }: Pick<Work, 'accountId' | 'subject'>,
  failure: Failure,
): Promise<void> {
  await connection.query(
    "UPDATE alert_notice SET status = 'held', sent_at = NULL, failure = ? WHERE id = ? AND account_id = ? AND status = 'sending'",
    [JSON.stringify(failure), subject, accountId],
  );
}

export async function endNotice(
  connection: Connection,
  id: Buffer,
  status: 'sent' | 'failed',
  failure?: Failure,
): Promise<void> {
  // What was never sent does not count among the hour's mails.
  await connection.query(
    "UPDATE alert_notice SET status = ?, failure = ?, sent_at = IF(? = 'sent', NOW(3), NULL) WHERE id = ?",
    [status, failure ? JSON.stringify(failure) : null, status, id],
  );
}

/** Sends the same to each address by itself: one that is refused then keeps nobody else from being told. */
export async function splitNotice(connection: PoolConnection, notice: Notice, failure: Failure): Promise<void> {
  await connection.query("UPDATE alert_notice SET status = 'split', sent_at = NULL, failure = ? WHERE id = ?", [
    JSON.stringify(failure),
    notice.id,
  ]);
  for (const recipient of notice.recipients) await addNotice(connection, { ...notice, recipients: [recipient] });
}

/** A mail that somebody sends by hand; it counts as the others do. */
export function addTestNotice(connection: Connection, notice: NewNotice): Promise<Buffer> {
  return insertNotice(connection, notice, 'sending');
}

export interface NoticeShown {
  uid: string;
  event: Notice['event'];
  recipients: string[];
  status: NoticeStatus;
  failure: string | null;
  /** How many alerts it tells of. */
  alerts: number;
  created_at: string;
  sent_at: string | null;
}

const shownMost = 20;

/** The newest mails of an account: what was sent, what waits, what was refused. */
export async function listNotices(pool: Pool, accountId: number): Promise<NoticeShown[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT n.id, n.event, n.address, n.status, n.failure, n.created_at, n.sent_at,
        (SELECT COUNT(*) FROM alert_notice o WHERE o.digest_id = n.id) AS others
       FROM alert_notice n WHERE n.account_id = ? AND n.status NOT IN ('merged', 'split')
      ORDER BY n.id DESC LIMIT ?`,
    [accountId, shownMost],
  );
  return rows.map((row) => ({
    ...{ uid: uuidText(row.id), event: row.event, recipients: row.address.split(','), status: row.status },
    failure: row.failure === null ? null : (JSON.parse(row.failure) as Failure).message,
    alerts: 1 + row.others,
    created_at: row.created_at.toISOString(),
    sent_at: row.sent_at?.toISOString() ?? null,
  }));
}
