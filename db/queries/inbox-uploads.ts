import type { Pool, PoolConnection, ResultSetHeader } from 'mysql2/promise';
import { type Connection, isDuplicateKey } from '../database.ts';
import { findInboxEntry, type InboxOwner, isOfInbox, ownerIds, pathHash, type StoredSegment } from './inbox-files.ts';

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
  const values = [...ownerIds(owner), Buffer.from(path), pathHash(path), size, JSON.stringify(segments), modifiedAt];
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
    [size, JSON.stringify(segments), modifiedAt, ...ownerIds(owner), id],
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
    [...ownerIds(owner), Buffer.from(path), pathHash(path), ...upload],
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
    [size, JSON.stringify(segments), ...ownerIds(owner), pathHash(path), token],
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
  const own = [...ownerIds(owner), pathHash(path), token];
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
