import { createHash } from 'node:crypto';
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { type Connection, isDuplicateKey } from '../database.ts';

/** Whose inbox: the connector of the account. */
export interface InboxOwner {
  accountId: number;
  connectorId: number;
}

/** One piece of a file's content: an object of the storage, and how many bytes of it count. */
export interface StoredSegment {
  key: string;
  size: number;
}

/** What is being written into a file, by one connection at a time. */
export interface StoredUpload {
  /** 16 bytes: whoever took the upload over has another one. */
  token: Buffer;
  /** What is stored for good and may be gone on from. */
  segments: StoredSegment[];
  /** Bytes that have come so far, for people. */
  size: number;
}

/** A file or folder of an inbox. `uploading`: there is no complete content yet. */
export interface InboxEntry {
  id: number;
  path: string;
  isFolder: boolean;
  state: 'uploading' | 'complete';
  revision: number;
  size: number;
  segments: StoredSegment[];
  upload: StoredUpload | undefined;
  modifiedAt: Date;
  writtenAt: Date;
}

/** Paths have no leading slash; the inbox's own folder is the empty path and has no row. */
export function pathHash(path: string): Buffer {
  return createHash('sha256').update(path).digest();
}

const listed = `id, path, is_folder, state, revision, byte_size, segments, upload_token, upload_size, upload_segments,
  modified_at, written_at`;
export const isOfInbox = 'account_id = ? AND connector_id = ?';

/** An owner as the statements have it. */
export function ownerIds({ accountId, connectorId }: InboxOwner): [number, number] {
  return [accountId, connectorId];
}

/** Bytes compare as they are: 0xff stands in no UTF-8 text, so this is after every path below the folder. */
function below(folder: string): [Buffer, Buffer] {
  const prefix = folder === '' ? Buffer.alloc(0) : Buffer.from(`${folder}/`);
  return [prefix, Buffer.concat([prefix, Buffer.from([0xff])])];
}

/** Undefined where nothing has that path. */
export async function findInboxEntry(
  connection: Connection,
  owner: InboxOwner,
  path: string,
  lock: 'lock' | 'no lock' = 'no lock',
): Promise<InboxEntry | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT ${listed} FROM inbox_file WHERE ${isOfInbox} AND path_hash = ? ${lock === 'lock' ? 'FOR UPDATE' : ''}`,
    [...ownerIds(owner), pathHash(path)],
  );
  return rows[0] && entryOf(rows[0]);
}

/** So many entries directly in a folder, by path, from after `after`. */
export async function entriesOfFolder(
  pool: Pool,
  owner: InboxOwner,
  folder: string,
  after: string | undefined,
  limit: number,
): Promise<InboxEntry[]> {
  const [from, to] = below(folder);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${listed} FROM inbox_file
      WHERE ${isOfInbox} AND path > ? AND path < ? AND LOCATE('/', path, ?) = 0 ORDER BY path LIMIT ?`,
    [...ownerIds(owner), after === undefined ? from : Buffer.from(after), to, from.length + 1, limit],
  );
  return rows.map(entryOf);
}

/** So many files in all folders, by path, from after `after`. */
export async function filesOfInbox(pool: Pool, owner: InboxOwner, after: string, limit: number): Promise<InboxEntry[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${listed} FROM inbox_file WHERE ${isOfInbox} AND path > ? AND NOT is_folder ORDER BY path LIMIT ?`,
    [...ownerIds(owner), Buffer.from(after), limit],
  );
  return rows.map(entryOf);
}

export async function hasEntriesBelow(connection: Connection, owner: InboxOwner, folder: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM inbox_file WHERE ${isOfInbox} AND path > ? AND path < ? LIMIT 1`,
    [...ownerIds(owner), ...below(folder)],
  );
  return rows.length > 0;
}

/** Bytes of all that an inbox keeps, half uploads among them. */
export async function inboxBytes(connection: Connection, { connectorId }: InboxOwner): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT COALESCE(SUM(byte_size + upload_size), 0) AS bytes FROM inbox_file WHERE connector_id = ?',
    [connectorId],
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Makes a folder; false where something has that path already. Its own folder must be there. */
export async function insertInboxFolder(connection: Connection, owner: InboxOwner, path: string): Promise<boolean> {
  try {
    await connection.query(
      `INSERT INTO inbox_file (account_id, connector_id, path, path_hash, is_folder, state, segments, modified_at)
       VALUES (?, ?, ?, ?, TRUE, 'complete', '[]', NOW(3))`,
      [...ownerIds(owner), Buffer.from(path), pathHash(path)],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export async function setModifiedAt(pool: Pool, owner: InboxOwner, path: string, modifiedAt: Date): Promise<void> {
  await pool.query(`UPDATE inbox_file SET modified_at = ? WHERE ${isOfInbox} AND path_hash = ?`, [
    modifiedAt,
    ...ownerIds(owner),
    pathHash(path),
  ]);
}

export async function deleteInboxEntry(connection: Connection, owner: InboxOwner, id: number): Promise<void> {
  await connection.query(`DELETE FROM inbox_file WHERE ${isOfInbox} AND id = ?`, [...ownerIds(owner), id]);
}

/** Gives one entry another path. Fails with a duplicate key where something has it. */
export async function moveInboxEntry(
  connection: PoolConnection,
  owner: InboxOwner,
  id: number,
  path: string,
): Promise<void> {
  await connection.query(`UPDATE inbox_file SET path = ?, path_hash = ? WHERE ${isOfInbox} AND id = ?`, [
    Buffer.from(path),
    pathHash(path),
    ...ownerIds(owner),
    id,
  ]);
}

/** Moves all that lies below a folder. Fails with a path that is too long, and with a duplicate key. */
export async function moveBelow(
  connection: PoolConnection,
  owner: InboxOwner,
  from: string,
  to: string,
): Promise<void> {
  const rest = Buffer.byteLength(from) + 1;
  const moved = 'CONCAT(?, SUBSTRING(path, ?))';
  // MySQL and MariaDB set columns in order, so the hash is made of the old path too.
  await connection.query(
    `UPDATE inbox_file SET path_hash = UNHEX(SHA2(${moved}, 256)), path = ${moved}
      WHERE ${isOfInbox} AND path > ? AND path < ?`,
    [Buffer.from(to), rest, Buffer.from(to), rest, ...ownerIds(owner), ...below(from)],
  );
}

/** The longest path below a folder, in bytes; 0 where it is empty. */
export async function longestBelow(connection: PoolConnection, owner: InboxOwner, folder: string): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COALESCE(MAX(LENGTH(path)), 0) AS bytes FROM inbox_file WHERE ${isOfInbox} AND path > ? AND path < ?`,
    [...ownerIds(owner), ...below(folder)],
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Some of the rows whose connector was deleted, with what their account is, so that their content can be removed. */
export async function leftInboxEntries(pool: Pool, limit: number): Promise<{ owner: InboxOwner; entry: InboxEntry }[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT account_id, connector_id, ${listed} FROM inbox_file
      WHERE NOT EXISTS (SELECT 1 FROM inbox_login l WHERE l.connector_id = inbox_file.connector_id) LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({
    owner: { accountId: row.account_id, connectorId: row.connector_id },
    entry: entryOf(row),
  }));
}

function entryOf(row: RowDataPacket): InboxEntry {
  const { upload_token: token } = row;
  return {
    id: row.id,
    path: row.path.toString('utf8'),
    isFolder: row.is_folder === 1,
    state: row.state,
    revision: row.revision,
    size: Number(row.byte_size),
    segments: JSON.parse(row.segments),
    upload: token
      ? { token, size: Number(row.upload_size), segments: JSON.parse(row.upload_segments ?? '[]') }
      : undefined,
    modifiedAt: row.modified_at,
    writtenAt: row.written_at,
  };
}
