import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { findLink, type SentLink } from './sent-links.ts';

export interface NewVerification {
  tokenHash: Buffer;
  accountId: number;
  userId: number;
  email: string;
  /** The address that it takes the place of; null: it is the user's already. */
  replaces: string | null;
  validMs: number;
}

/** How many mails a user was sent within 24 hours, and how long ago the newest was. */
export async function recentVerifications(
  connection: PoolConnection,
  accountId: number,
  userId: number,
): Promise<{ count: number; newestAgeMs: number | null }> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n, TIMESTAMPDIFF(MICROSECOND, MAX(created_at), NOW(3)) DIV 1000 AS age_ms
       FROM email_verification WHERE account_id = ? AND user_id = ? AND created_at > NOW(3) - INTERVAL 24 HOUR`,
    [accountId, userId],
  );
  const ageMs = rows[0]?.age_ms ?? null;
  return { count: rows[0]?.n ?? 0, newestAgeMs: ageMs === null ? null : Number(ageMs) };
}

export async function insertVerification(connection: PoolConnection, verification: NewVerification): Promise<void> {
  const { tokenHash, accountId, userId, email, replaces, validMs } = verification;
  await connection.query('DELETE FROM email_verification WHERE expires_at < NOW(3) - INTERVAL 30 DAY LIMIT 100');
  await connection.query(
    `INSERT INTO email_verification (token_hash, account_id, user_id, email, replaces, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, NOW(3), NOW(3) + INTERVAL ? MICROSECOND)`,
    [tokenHash, accountId, userId, email, replaces, validMs * 1000],
  );
}

/** Of a mail that could not be sent. */
export async function dropVerification(pool: Pool, tokenHash: Buffer): Promise<void> {
  await pool.query('DELETE FROM email_verification WHERE token_hash = ?', [tokenHash]);
}

/** What became of a link, for whoever opens it. Undefined: there was none in the last month. */
export async function findVerification(pool: Pool, tokenHash: Buffer): Promise<SentLink | undefined> {
  return findLink(pool, 'email_verification', tokenHash);
}

/** An address that a user has asked for, and whose link is still to be opened. */
export async function awaitedAddress(pool: Pool, accountId: number, userId: number): Promise<string | null> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT email FROM email_verification
      WHERE account_id = ? AND user_id = ? AND replaces IS NOT NULL AND used_at IS NULL AND expires_at > NOW(3)
      ORDER BY created_at DESC LIMIT 1`,
    [accountId, userId],
  );
  return rows[0]?.email ?? null;
}

/** No address that this user has asked for takes the place of his own any more. */
export async function endAddressChanges(connection: PoolConnection, accountId: number, userId: number): Promise<void> {
  await connection.query(
    `UPDATE email_verification SET expires_at = NOW(3)
      WHERE account_id = ? AND user_id = ? AND replaces IS NOT NULL AND used_at IS NULL AND expires_at > NOW(3)`,
    [accountId, userId],
  );
}

export interface ProvedAddress {
  accountId: number;
  userId: number;
  email: string;
  /** The address that it takes the place of; null: it is the user's already. */
  replaces: string | null;
}

/** What a token proves, locked until the transaction ends: of two who use it at once, one finds it. */
export async function lockVerification(
  connection: PoolConnection,
  tokenHash: Buffer,
): Promise<ProvedAddress | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT l.account_id, l.user_id, l.email, l.replaces FROM email_verification l
       JOIN user u ON u.account_id = l.account_id AND u.id = l.user_id AND u.disabled_at IS NULL
      WHERE l.token_hash = ? AND l.expires_at > NOW(3) AND l.used_at IS NULL FOR UPDATE`,
    [tokenHash],
  );
  const [row] = rows;
  return row && { accountId: row.account_id, userId: row.user_id, email: row.email, replaces: row.replaces };
}

/**
 * The address is the user's, and proved, unless he has yet another one by now or is disabled. All his links are used up.
 * A duplicate key where it is somebody else's.
 */
export async function verifyAddress(
  connection: PoolConnection,
  { accountId, userId, email, replaces }: ProvedAddress,
): Promise<boolean> {
  await connection.query(
    'UPDATE email_verification SET used_at = NOW(3) WHERE account_id = ? AND user_id = ? AND used_at IS NULL',
    [accountId, userId],
  );
  const [result] = await connection.query<ResultSetHeader>(
    'UPDATE user SET email = ?, email_verified_at = NOW(3) WHERE account_id = ? AND id = ? AND email = ? AND disabled_at IS NULL',
    [email, accountId, userId, replaces ?? email],
  );
  return result.affectedRows === 1;
}
