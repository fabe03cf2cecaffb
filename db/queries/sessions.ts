import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';

export interface NewSession {
  tokenHash: Buffer;
  renewalHash: Buffer | null;
  accountId: number;
  userId: number;
  kind: 'password' | 'embed';
  idleMs: number;
}

export interface SessionRow {
  kind: 'password' | 'embed';
  account_id: number;
  account_uid: Buffer;
  account_name: string;
  timezone: string;
  console_enabled: number;
  user_id: number;
  user_uid: Buffer;
  email: string;
  user_name: string | null;
  role: string;
  teams: string;
  campaigns: string;
  /** Milliseconds until the session ends when nobody uses it. */
  idle_ms: number;
  /** Milliseconds since it began. */
  age_ms: number;
}

export async function insertSession(pool: Pool, session: NewSession): Promise<void> {
  await pool.query(
    'INSERT INTO session (token_hash, renewal_hash, account_id, user_id, kind, created_at, expires_at) VALUES (?,?,?,?,?,NOW(3),NOW(3) + INTERVAL ? MICROSECOND)',
    [session.tokenHash, session.renewalHash, session.accountId, session.userId, session.kind, session.idleMs * 1000],
  );
  await pool.query('UPDATE user SET last_seen_at = NOW(3) WHERE account_id = ? AND id = ?', [
    session.accountId,
    session.userId,
  ]);
}

/** The live session of that token, with its user and account as they are now; a disabled user has none. */
export async function selectSession(pool: Pool, tokenHash: Buffer): Promise<SessionRow | undefined> {
  const [rows] = await pool.query<(SessionRow & RowDataPacket)[]>(
    `SELECT s.kind, s.account_id, s.user_id,
       TIMESTAMPDIFF(MICROSECOND, NOW(3), s.expires_at) DIV 1000 AS idle_ms,
       TIMESTAMPDIFF(MICROSECOND, s.created_at, NOW(3)) DIV 1000 AS age_ms,
       a.uid AS account_uid, a.name AS account_name, a.timezone, a.console_enabled,
       u.uid AS user_uid, u.email, u.name AS user_name, u.role, u.teams, u.campaigns
     FROM session s
     JOIN user u ON u.id = s.user_id AND u.account_id = s.account_id AND u.disabled_at IS NULL
     JOIN account a ON a.id = s.account_id
     WHERE s.token_hash = ? AND s.expires_at > NOW(3)`,
    [tokenHash],
  );
  return rows[0];
}

/** Moves the idle end, never past the session's absolute end, and notes that its user is there. */
export async function touchSession(
  pool: Pool,
  tokenHash: Buffer,
  { idleMs, absoluteMs }: { idleMs: number; absoluteMs: number },
): Promise<void> {
  await pool.query(
    `UPDATE session s JOIN user u ON u.id = s.user_id AND u.account_id = s.account_id
        SET s.expires_at = LEAST(s.created_at + INTERVAL ? MICROSECOND, NOW(3) + INTERVAL ? MICROSECOND),
            u.last_seen_at = NOW(3)
      WHERE s.token_hash = ?`,
    [absoluteMs * 1000, idleMs * 1000, tokenHash],
  );
}

export async function isRenewable(pool: Pool, renewalHash: Buffer): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT 1 FROM session WHERE renewal_hash = ? AND expires_at > NOW(3)',
    [renewalHash],
  );
  return rows.length === 1;
}

export async function deleteSession(pool: Pool, tokenHash: Buffer): Promise<void> {
  await pool.query('DELETE FROM session WHERE token_hash = ?', [tokenHash]);
}

/** A few at a time, on the way: what has ended is worth nothing. */
export async function deleteEndedSessions(pool: Pool): Promise<number> {
  const [result] = await pool.query<ResultSetHeader>('DELETE FROM session WHERE expires_at < NOW(3) LIMIT 100');
  return result.affectedRows;
}
