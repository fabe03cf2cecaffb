import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';

/** In the place of a user: a filter that `cqa apply` made for the whole account. */
export const accountItself = 0;

export interface SavedFilterRecord {
  id: number;
  uid: Buffer;
  userId: number;
  /** The owner's address; null where it is the account itself. */
  owner: string | null;
  name: string;
  isShared: boolean;
  filter: Record<string, unknown>;
  updatedAt: Date;
}

const source = `SELECT f.id, f.uid, f.user_id, u.email, f.name, f.is_shared, f.filter, f.updated_at
  FROM saved_filter f LEFT JOIN user u ON u.id = f.user_id AND u.account_id = f.account_id`;

/** The user's own and those that are shared, by name. */
export async function selectSavedFilters(
  connection: Connection,
  accountId: number,
  userId: number,
): Promise<SavedFilterRecord[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `${source} WHERE f.account_id = ? AND (f.user_id = ? OR f.is_shared) ORDER BY f.name, f.id`,
    [accountId, userId],
  );
  return rows.map(savedFilter);
}

/** The filter that a name means to a user: his own before a shared one. */
export async function findSavedFilter(
  connection: Connection,
  accountId: number,
  { name, userId }: { name: string; userId: number | undefined },
): Promise<SavedFilterRecord | undefined> {
  const own = userId ?? accountItself;
  const [rows] = await connection.query<RowDataPacket[]>(
    `${source} WHERE f.account_id = ? AND f.name = ? AND (f.user_id = ? OR f.is_shared)
      ORDER BY f.user_id = ? DESC, f.id LIMIT 1`,
    [accountId, name, own, own],
  );
  return rows[0] && savedFilter(rows[0]);
}

export async function findSavedFilterByUid(
  connection: Connection,
  accountId: number,
  uid: Buffer,
): Promise<SavedFilterRecord | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(`${source} WHERE f.account_id = ? AND f.uid = ?`, [
    accountId,
    uid,
  ]);
  return rows[0] && savedFilter(rows[0]);
}

export interface SavedFilterContent {
  name: string;
  isShared: boolean;
  filter: Record<string, unknown>;
}

export async function insertSavedFilter(
  connection: Connection,
  { accountId, userId, uid }: { accountId: number; userId: number; uid: Buffer },
  { name, isShared, filter }: SavedFilterContent,
): Promise<void> {
  await connection.query(
    'INSERT INTO saved_filter (account_id, uid, user_id, name, is_shared, filter) VALUES (?, ?, ?, ?, ?, ?)',
    [accountId, uid, userId, name, isShared, JSON.stringify(filter)],
  );
}

export async function updateSavedFilter(
  connection: Connection,
  accountId: number,
  id: number,
  { name, isShared, filter }: SavedFilterContent,
): Promise<void> {
  await connection.query(
    'UPDATE saved_filter SET name = ?, is_shared = ?, filter = ?, updated_at = NOW(3) WHERE account_id = ? AND id = ?',
    [name, isShared, JSON.stringify(filter), accountId, id],
  );
}

export async function deleteSavedFilter(connection: Connection, accountId: number, id: number): Promise<void> {
  await connection.query<ResultSetHeader>('DELETE FROM saved_filter WHERE account_id = ? AND id = ?', [accountId, id]);
}

/** Another shared filter of that name, and another one of the same owner. */
export async function hasOtherNamed(
  connection: PoolConnection,
  accountId: number,
  { name, userId, exceptId }: { name: string; userId: number; exceptId: number },
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT 1 FROM saved_filter WHERE account_id = ? AND name = ? AND id <> ? AND (user_id = ? OR is_shared) LIMIT 1',
    [accountId, name, exceptId, userId],
  );
  return rows.length > 0;
}

export async function countSavedFilters(
  connection: PoolConnection,
  accountId: number,
  userId: number,
): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM saved_filter WHERE account_id = ? AND user_id = ?',
    [accountId, userId],
  );
  return rows[0]?.n ?? 0;
}

/** The names of the live jobs whose report names this filter; one that is not shared is meant by its owner's jobs alone. */
export async function jobsNaming(
  connection: PoolConnection,
  accountId: number,
  { name, isShared, owner }: SavedFilterRecord,
): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT name FROM job WHERE account_id = ? AND deleted_at IS NULL AND report IS NOT NULL
       AND JSON_VALUE(report, '$.saved_filter') = ? AND (? OR created_by = ?) ORDER BY name`,
    [accountId, name, isShared, owner],
  );
  return rows.map((row) => row.name);
}

function savedFilter(row: RowDataPacket): SavedFilterRecord {
  return {
    ...{ id: row.id, uid: row.uid, userId: row.user_id, owner: row.email ?? null, name: row.name },
    isShared: row.is_shared === 1,
    filter: JSON.parse(row.filter),
    updatedAt: row.updated_at,
  };
}
