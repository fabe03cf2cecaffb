import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';
import { findLink, type SentLink } from './sent-links.ts';

export interface NewInvitation {
  tokenHash: Buffer;
  accountId: number;
  userId: number;
  email: string;
  isMailed: boolean;
  by: string;
  validMs: number;
}

/** How many mails invited a user within 24 hours, how long ago the newest was, and how many the account sent to all. */
export async function recentInvitationMails(
  connection: PoolConnection,
  accountId: number,
  userId: number,
): Promise<{ count: number; newestAgeMs: number | null; ofAccount: number }> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS of_account, COUNT(CASE WHEN user_id = ? THEN 1 END) AS n,
            TIMESTAMPDIFF(MICROSECOND, MAX(CASE WHEN user_id = ? THEN created_at END), NOW(3)) DIV 1000 AS age_ms
       FROM invitation WHERE account_id = ? AND is_mailed AND created_at > NOW(3) - INTERVAL 24 HOUR`,
    [userId, userId, accountId],
  );
  const ageMs = rows[0]?.age_ms ?? null;
  return {
    count: rows[0]?.n ?? 0,
    newestAgeMs: ageMs === null ? null : Number(ageMs),
    ofAccount: rows[0]?.of_account ?? 0,
  };
}

export async function insertInvitation(
  connection: PoolConnection,
  invitation: NewInvitation,
): Promise<{ createdAt: Date; expiresAt: Date }> {
  const { tokenHash, accountId, userId, email, isMailed, by, validMs } = invitation;
  await connection.query('DELETE FROM invitation WHERE expires_at < NOW(3) - INTERVAL 30 DAY LIMIT 100');
  await connection.query(
    `INSERT INTO invitation (token_hash, account_id, user_id, email, is_mailed, created_by, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, NOW(3), NOW(3) + INTERVAL ? MICROSECOND)`,
    [tokenHash, accountId, userId, email, isMailed, by, validMs * 1000],
  );
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT created_at, expires_at FROM invitation WHERE token_hash = ?',
    [tokenHash],
  );
  return { createdAt: rows[0]?.created_at, expiresAt: rows[0]?.expires_at };
}

/** Of a mail that could not be sent. */
export async function dropInvitation(pool: Pool, tokenHash: Buffer): Promise<void> {
  await pool.query('DELETE FROM invitation WHERE token_hash = ?', [tokenHash]);
}

/** None of the links that a user has, or of those that were made before that time, can be used from now on. */
export async function endInvitations(
  connection: Connection,
  accountId: number,
  userId: number,
  madeBefore?: Date,
): Promise<void> {
  await connection.query(
    `UPDATE invitation SET expires_at = NOW(3)
      WHERE account_id = ? AND user_id = ?${madeBefore ? ' AND created_at < ?' : ''} AND used_at IS NULL AND expires_at > NOW(3)`,
    [accountId, userId, ...(madeBefore ? [madeBefore] : [])],
  );
}

/** What became of a link, for whoever opens it. Undefined: there was none in the last month. */
export async function findInvitation(pool: Pool, tokenHash: Buffer): Promise<SentLink | undefined> {
  return findLink(pool, 'invitation', tokenHash);
}

/**
 * Uses a link up, in a transaction: of two who use it at once, one finds it. Undefined where it is used, over, or its
 * user is disabled.
 */
export async function useUpInvitation(
  connection: PoolConnection,
  tokenHash: Buffer,
): Promise<{ accountId: number; userId: number; isMailed: boolean } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT l.account_id, l.user_id, l.is_mailed FROM invitation l
       JOIN user u ON u.account_id = l.account_id AND u.id = l.user_id AND u.email = l.email AND u.disabled_at IS NULL
      WHERE l.token_hash = ? AND l.expires_at > NOW(3) AND l.used_at IS NULL FOR UPDATE`,
    [tokenHash],
  );
  const [row] = rows;
  if (!row) return undefined;
  await connection.query('UPDATE invitation SET used_at = NOW(3) WHERE token_hash = ?', [tokenHash]);
  return { accountId: row.account_id, userId: row.user_id, isMailed: row.is_mailed === 1 };
}

/** Until when each user of the account may use an invitation; those who have none are not among them. */
export async function openInvitations(pool: Pool, accountId: number): Promise<Map<number, Date>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT user_id, MAX(expires_at) AS expires_at FROM invitation
      WHERE account_id = ? AND used_at IS NULL AND expires_at > NOW(3) GROUP BY user_id`,
    [accountId],
  );
  return new Map(rows.map((row) => [row.user_id, row.expires_at]));
}
