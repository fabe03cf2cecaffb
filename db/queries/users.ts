import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Role } from '../../shared/configuration.ts';
import type { Connection } from '../database.ts';

/** A person of an account as he stands now. */
export interface UserRecord {
  id: number;
  uid: Buffer;
  email: string;
  name: string | null;
  role: Role;
  teams: string[];
  campaigns: string[];
  /** Since when the address is known to be his. */
  emailVerifiedAt: Date | null;
  disabledAt: Date | null;
  createdAt: Date;
  /** When he last used the console, to the minute. */
  lastSeenAt: Date | null;
  /** False: he signs in nowhere but where a host signs for him. */
  hasPassword: boolean;
}

const columns = `id, uid, email, name, role, teams, campaigns, email_verified_at, disabled_at, created_at, last_seen_at,
  password_hash IS NOT NULL AS has_password`;

/** Everybody of the account, also those who are disabled, by address. */
export async function selectUsers(pool: Pool, accountId: number): Promise<UserRecord[]> {
  const [rows] = await pool.query<RowDataPacket[]>(`SELECT ${columns} FROM user WHERE account_id = ? ORDER BY email`, [
    accountId,
  ]);
  return rows.map(userRecord);
}

export async function findUser(connection: Connection, accountId: number, id: number): Promise<UserRecord | undefined> {
  return await only(connection, 'id = ?', accountId, id);
}

export async function findUserByUid(
  connection: Connection,
  accountId: number,
  uid: Buffer,
): Promise<UserRecord | undefined> {
  return await only(connection, 'uid = ?', accountId, uid);
}

export async function findUserByEmail(
  connection: Connection,
  accountId: number,
  email: string,
): Promise<UserRecord | undefined> {
  return await only(connection, 'email = ?', accountId, email);
}

async function only(connection: Connection, where: string, accountId: number, value: unknown) {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${columns} FROM user WHERE account_id = ? AND ${where}`,
    [accountId, value],
  );
  return rows[0] && userRecord(rows[0]);
}

export interface UserColumns {
  name?: string | null | undefined;
  role?: Role | undefined;
  teams?: string[] | undefined;
  campaigns?: string[] | undefined;
  password_hash?: string | undefined;
  email_verified_at?: Date | undefined;
  disabled_at?: Date | null | undefined;
}

/** Writes what is given and leaves the rest. */
export async function updateUser(
  connection: PoolConnection,
  accountId: number,
  id: number,
  { teams, campaigns, ...plain }: UserColumns,
): Promise<void> {
  const given = {
    ...plain,
    ...(teams && { teams: JSON.stringify(teams) }),
    ...(campaigns && { campaigns: JSON.stringify(campaigns) }),
  };
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (Object.keys(values).length === 0) return;
  await connection.query('UPDATE user SET ? WHERE account_id = ? AND id = ?', [values, accountId, id]);
}

/**
 * How many admins could still sign in if this user could not: with a password, or by a host that signs for them. Whoever
 * is invited and has not come yet is none of them.
 */
export async function countOtherAdmins(connection: PoolConnection, accountId: number, id: number): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM user
      WHERE account_id = ? AND role = 'admin' AND disabled_at IS NULL AND id <> ?
        AND (password_hash IS NOT NULL
          OR EXISTS (SELECT 1 FROM embed_secret WHERE account_id = ? AND revoked_at IS NULL))`,
    [accountId, id, accountId],
  );
  return rows[0]?.n ?? 0;
}

/** Ends whatever this user has open. */
export async function endSessionsOf(connection: PoolConnection, accountId: number, userId: number): Promise<void> {
  await connection.query('DELETE FROM session WHERE account_id = ? AND user_id = ?', [accountId, userId]);
}

function userRecord(row: RowDataPacket): UserRecord {
  return {
    ...{ id: row.id, uid: row.uid, email: row.email, name: row.name, role: row.role },
    teams: JSON.parse(row.teams),
    campaigns: JSON.parse(row.campaigns),
    emailVerifiedAt: row.email_verified_at,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    hasPassword: row.has_password === 1,
  };
}
