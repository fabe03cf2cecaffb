import type { Pool, RowDataPacket } from 'mysql2/promise';

export interface SignInUser {
  id: number;
  account_id: number;
  account_uid: Buffer;
  account_name: string;
  password_hash: string | null;
}

/** Everybody with that e-mail who may sign in, in any account: which one is only known after the password. */
export async function selectUsersToSignIn(pool: Pool, email: string): Promise<SignInUser[]> {
  const [rows] = await pool.query<(SignInUser & RowDataPacket)[]>(
    `SELECT u.id, u.account_id, u.password_hash, a.uid AS account_uid, a.name AS account_name
     FROM user u JOIN account a ON a.id = u.account_id
     WHERE u.email = ? AND u.disabled_at IS NULL ORDER BY a.name, u.id`,
    [email],
  );
  return rows;
}

/** The user whom a host's token names, within the account that signed it. */
export async function selectUserOfAccount(
  pool: Pool,
  accountId: number,
  email: string,
): Promise<{ id: number; uid: Buffer } | undefined> {
  const [rows] = await pool.query<({ id: number; uid: Buffer } & RowDataPacket)[]>(
    'SELECT id, uid FROM user WHERE account_id = ? AND email = ? AND disabled_at IS NULL',
    [accountId, email],
  );
  return rows[0];
}

export async function hasAnyAccount(pool: Pool): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT 1 FROM account LIMIT 1');
  return rows.length > 0;
}
