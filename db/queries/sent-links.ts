import type { Pool, RowDataPacket } from 'mysql2/promise';

/** A link that somebody was sent, as it stands now. */
export interface SentLink {
  email: string;
  /** The user's address, where this one is to take its place. */
  replaces: string | null;
  accountName: string;
  expiresAt: Date;
  isUsed: boolean;
  isOver: boolean;
  /** The address, or the one that it is to take the place of, is that of a user who may sign in. */
  hasUser: boolean;
}

/** By the hash of the link's token, whatever became of it. */
export async function findLink(
  pool: Pool,
  table: 'email_verification' | 'invitation',
  tokenHash: Buffer,
): Promise<SentLink | undefined> {
  const replaced = table === 'email_verification' ? 'l.replaces' : 'NULL';
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT l.email, ${replaced} AS replaces, l.expires_at, l.used_at IS NOT NULL AS is_used, l.expires_at <= NOW(3) AS is_over,
            a.name AS account_name, u.id IS NOT NULL AS has_user
       FROM ${table} l JOIN account a ON a.id = l.account_id
       LEFT JOIN user u ON u.account_id = l.account_id AND u.id = l.user_id AND u.email IN (l.email, ${replaced})
        AND u.disabled_at IS NULL
      WHERE l.token_hash = ?`,
    [tokenHash],
  );
  const [row] = rows;
  return (
    row && {
      ...{ email: row.email, replaces: row.replaces, accountName: row.account_name, expiresAt: row.expires_at },
      ...{ isUsed: row.is_used === 1, isOver: row.is_over === 1, hasUser: row.has_user === 1 },
    }
  );
}
