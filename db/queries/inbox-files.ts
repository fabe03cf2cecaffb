import { createHash } from 'node:crypto';
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
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
const isOfInbox = 'account_id = ? AND connector_id = ?';

function of({ accountId, connectorId }: InboxOwner): [number, number] {
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
    [...of(owner), pathHash(path)],
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
    [...of(owner), after === undefined ? from : Buffer.from(after), to, from.length + 1, limit],
  );
  return rows.map(entryOf);
}

/** So many files in all folders, by path, from after `after`. */
export async function filesOfInbox(pool: Pool, owner: InboxOwner, after: string, limit: number): Promise<InboxEntry[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${listed} FROM inbox_file WHERE ${isOfInbox} AND path > ? AND NOT is_folder ORDER BY path LIMIT ?`,
    [...of(owner), Buffer.from(after), limit],
  );
  return rows.map(entryOf);
}

export async function hasEntriesBelow(connection: Connection, owner: InboxOwner, folder: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM inbox_file WHERE ${isOfInbox} AND path > ? AND path < ? LIMIT 1`,
    [...of(owner), ...below(folder)],
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
      [...of(owner), Buffer.from(path), pathHash(path)],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export interface NewInboxFile {
  path: string;
  folder: string;
  segments: readonly StoredSegment[];
  size: number;
  modifiedAt: Date;
}

/**
 * A file that is complete and of which there was no row. One statement: `exists` where there is one by now, `no folder`
 * where the folder was removed.
 */
export async function insertCompleteFile(
  connection: Connection,
  owner: InboxOwner,
  { path, folder, segments, size, modifiedAt }: NewInboxFile,
): Promise<'done' | 'exists' | 'no folder'> {
  const values = [...of(owner), Buffer.from(path), pathHash(path), size, JSON.stringify(segments), modifiedAt];
  const columns = `(account_id, connector_id, path, path_hash, state, revision, byte_size, segments, modified_at)`;
  try {
    // While it is read in share mode, nobody removes the folder.
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(
      folder === ''
        ? `INSERT INTO inbox_file ${columns} VALUES (?, ?, ?, ?, 'complete', 1, ?, ?, ?)`
        : `INSERT INTO inbox_file ${columns} SELECT ?, ?, ?, ?, 'complete', 1, ?, ?, ? FROM inbox_file folder
            WHERE folder.connector_id = ? AND folder.path_hash = ? AND folder.is_folder LOCK IN SHARE MODE`,
      folder === '' ? values : [...values, owner.connectorId, pathHash(folder)],
    );
    return affectedRows === 1 ? 'done' : 'no folder';
  } catch (error) {
    if (isDuplicateKey(error)) return 'exists';
    throw error;
  }
}

/** A new content in the place of what the row had; the upload it came by has ended. */
export async function completeFile(
  connection: PoolConnection,
  owner: InboxOwner,
  id: number,
  { segments, size, modifiedAt }: Pick<NewInboxFile, 'segments' | 'size' | 'modifiedAt'>,
): Promise<void> {
  await connection.query(
    `UPDATE inbox_file SET state = 'complete', revision = revision + 1, byte_size = ?, segments = ?, modified_at = ?,
       written_at = NOW(3), upload_token = NULL, upload_size = 0, upload_segments = NULL
      WHERE ${isOfInbox} AND id = ?`,
    [size, JSON.stringify(segments), modifiedAt, ...of(owner), id],
  );
}

/** Notes an upload into a path: makes the row where there is none. The row's lock is held by the caller or not needed. */
export async function saveUpload(
  connection: Connection,
  owner: InboxOwner,
  path: string,
  { token, segments, size }: { token: Buffer; segments: readonly StoredSegment[]; size: number },
): Promise<void> {
  const upload = [token, size, JSON.stringify(segments)];
  await connection.query(
    `INSERT INTO inbox_file (account_id, connector_id, path, path_hash, state, segments, modified_at,
       upload_token, upload_size, upload_segments)
     VALUES (?, ?, ?, ?, 'uploading', '[]', NOW(3), ?, ?, ?)
     ON DUPLICATE KEY UPDATE upload_token = VALUES(upload_token), upload_size = VALUES(upload_size),
       upload_segments = VALUES(upload_segments), written_at = IF(state = 'uploading', NOW(3), written_at)`,
    [...of(owner), Buffer.from(path), pathHash(path), ...upload],
  );
}

/** How far an upload is; false where another connection has taken it over, or the file was removed. */
export async function updateUpload(
  connection: Connection,
  owner: InboxOwner,
  path: string,
  { token, segments, size }: { token: Buffer; segments: readonly StoredSegment[]; size: number },
): Promise<boolean> {
  const [{ affectedRows }] = await connection.query<ResultSetHeader>(
    `UPDATE inbox_file SET upload_size = ?, upload_segments = ?, written_at = IF(state = 'uploading', NOW(3), written_at)
      WHERE ${isOfInbox} AND path_hash = ? AND upload_token = ?`,
    [size, JSON.stringify(segments), ...of(owner), pathHash(path), token],
  );
  return affectedRows === 1 || (await hasUpload(connection, owner, path, token));
}

/** A row that had the very same values already counts as not changed. */
async function hasUpload(connection: Connection, owner: InboxOwner, path: string, token: Buffer): Promise<boolean> {
  const entry = await findInboxEntry(connection, owner, path);
  return entry?.upload?.token.equals(token) === true;
}

/** Ends an upload that brought nothing; a file that never had a content goes with it. */
export async function clearUpload(pool: Pool, owner: InboxOwner, path: string, token: Buffer): Promise<void> {
  const own = [...of(owner), pathHash(path), token];
  await pool.query(
    `DELETE FROM inbox_file WHERE ${isOfInbox} AND path_hash = ? AND upload_token = ? AND state = 'uploading'`,
    own,
  );
  await pool.query(
    `UPDATE inbox_file SET upload_token = NULL, upload_size = 0, upload_segments = NULL
      WHERE ${isOfInbox} AND path_hash = ? AND upload_token = ?`,
    own,
  );
}

export async function setModifiedAt(pool: Pool, owner: InboxOwner, path: string, modifiedAt: Date): Promise<void> {
  await pool.query(`UPDATE inbox_file SET modified_at = ? WHERE ${isOfInbox} AND path_hash = ?`, [
    modifiedAt,
    ...of(owner),
    pathHash(path),
  ]);
}

export async function deleteInboxEntry(connection: Connection, owner: InboxOwner, id: number): Promise<void> {
  await connection.query(`DELETE FROM inbox_file WHERE ${isOfInbox} AND id = ?`, [...of(owner), id]);
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
    ...of(owner),
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
    [Buffer.from(to), rest, Buffer.from(to), rest, ...of(owner), ...below(from)],
  );
}

/** The longest path below a folder, in bytes; 0 where it is empty. */
export async function longestBelow(connection: PoolConnection, owner: InboxOwner, folder: string): Promise<number> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COALESCE(MAX(LENGTH(path)), 0) AS bytes FROM inbox_file WHERE ${isOfInbox} AND path > ? AND path < ?`,
    [...of(owner), ...below(folder)],
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
