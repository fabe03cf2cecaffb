import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { ImportFileKind, ImportFileState } from '../../shared/campaign.ts';
import type { Failure } from '../../shared/error.ts';
import type { Connection } from '../database.ts';

/** A piece of a file's content in storage. */
export interface Segment {
  key: string;
  size: number;
}

/** A file's content is the sequence of its segments: what requests brought of it, in parts. */
export interface StoredImportFile {
  id: Buffer;
  accountId: number;
  importId: Buffer;
  /** As it was dropped, with the folders before it. */
  name: string;
  kind: ImportFileKind;
  state: ImportFileState;
  byteSize: number;
  received: number;
  segments: Segment[];
  /** Keys under which something may lie in storage that is no segment yet. */
  pending: string[];
  /** What the row of a CSV says of it. */
  metadata: unknown;
  /** Chosen before anything of the interaction is stored, so that another attempt knows its own. */
  interactionId: Buffer | null;
  failure: Failure | undefined;
}

type FileId = Pick<StoredImportFile, 'accountId' | 'id'>;

export async function insertFile(
  connection: Connection,
  {
    id,
    accountId,
    importId,
    name,
    kind,
    byteSize,
  }: Pick<StoredImportFile, 'id' | 'accountId' | 'importId' | 'name' | 'kind' | 'byteSize'>,
): Promise<void> {
  await connection.query(
    `INSERT INTO campaign_import_file (id, account_id, import_id, name, kind, state, byte_size, segments, pending)
     VALUES (?, ?, ?, ?, ?, ?, ?, '[]', '[]')`,
    [id, accountId, importId, name, kind, byteSize === 0 ? 'uploaded' : 'uploading', byteSize],
  );
}

export async function selectFile(
  connection: Connection,
  accountId: number,
  id: Buffer,
): Promise<StoredImportFile | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT * FROM campaign_import_file WHERE account_id = ? AND id = ?',
    [accountId, id],
  );
  return rows[0] && stored(rows[0]);
}

/** The same, kept as it is until the transaction ends. */
export async function lockFile(
  connection: PoolConnection,
  accountId: number,
  id: Buffer,
): Promise<StoredImportFile | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT * FROM campaign_import_file WHERE account_id = ? AND id = ? FOR UPDATE',
    [accountId, id],
  );
  return rows[0] && stored(rows[0]);
}

export interface FileFilter {
  states?: readonly ImportFileState[];
  kind?: ImportFileKind;
  after?: Buffer | undefined;
  limit: number;
}

/** Files of an import in order of id, which is none that a person knows. */
export async function selectFiles(
  connection: Connection,
  accountId: number,
  importId: Buffer,
  { states, kind, after, limit }: FileFilter,
): Promise<StoredImportFile[]> {
  const conditions = ['account_id = ?', 'import_id = ?'];
  const values: unknown[] = [accountId, importId];
  const add = (sql: string, value: unknown) => {
    if (value === undefined) return;
    conditions.push(sql);
    values.push(value);
  };
  add('state IN (?)', states);
  add('kind = ?', kind);
  add('id > ?', after);
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT * FROM campaign_import_file WHERE ${conditions.join(' AND ')} ORDER BY id LIMIT ?`,
    [...values, limit],
  );
  return rows.map(stored);
}

export interface NamedFile {
  id: Buffer;
  name: string;
  state: ImportFileState;
}

/** All recordings of an import, with nothing but what they are called. */
export async function selectNames(connection: Connection, accountId: number, importId: Buffer): Promise<NamedFile[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT id, name, state FROM campaign_import_file WHERE account_id = ? AND import_id = ? AND kind = 'audio' ORDER BY id",
    [accountId, importId],
  );
  return rows.map(({ id, name, state }) => ({ id, name, state }));
}

/** What an account has announced or uploaded and not yet imported, and how many files an import has. */
export async function measureUnfinished(
  connection: Connection,
  accountId: number,
  importId: Buffer,
): Promise<{ files: number; unfinishedBytes: number }> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT (SELECT COUNT(*) FROM campaign_import_file WHERE import_id = ?) AS files,
            (SELECT COALESCE(SUM(byte_size), 0) FROM campaign_import_file
              WHERE account_id = ? AND state IN ('uploading', 'uploaded')) AS bytes`,
    [importId, accountId],
  );
  return { files: Number(rows[0]?.files ?? 0), unfinishedBytes: Number(rows[0]?.bytes ?? 0) };
}

export interface FileChange {
  state?: ImportFileState;
  received?: number;
  segments?: Segment[];
  pending?: string[];
  metadata?: unknown;
  interactionId?: Buffer;
  failure?: Failure | null;
}

const columnOf = { interactionId: 'interaction_id' } as const;
const asJson = new Set(['segments', 'pending', 'metadata', 'failure']);

export async function updateFile(connection: Connection, { accountId, id }: FileId, change: FileChange): Promise<void> {
  const columns = Object.entries(change).map(([name, value]) => [
    name === 'interactionId' ? columnOf.interactionId : name,
    asJson.has(name) && value !== null ? JSON.stringify(value) : value,
  ]);
  await connection.query('UPDATE campaign_import_file SET ?, updated_at = NOW(3) WHERE account_id = ? AND id = ?', [
    Object.fromEntries(columns),
    accountId,
    id,
  ]);
}

/** Of recordings that wait to be imported what a CSV said of them. */
export async function forgetRows(connection: Connection, accountId: number, importId: Buffer): Promise<void> {
  await connection.query(
    `UPDATE campaign_import_file SET metadata = NULL
      WHERE account_id = ? AND import_id = ? AND kind = 'audio' AND state = 'uploaded' AND metadata IS NOT NULL`,
    [accountId, importId],
  );
}

/** False: it is not there any more. */
export async function deleteFile(connection: Connection, { accountId, id }: FileId): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    'DELETE FROM campaign_import_file WHERE account_id = ? AND id = ?',
    [accountId, id],
  );
  return result.affectedRows === 1;
}

function stored(row: RowDataPacket): StoredImportFile {
  return {
    id: row.id,
    accountId: row.account_id,
    importId: row.import_id,
    name: row.name,
    kind: row.kind,
    state: row.state,
    byteSize: Number(row.byte_size),
    received: Number(row.received),
    segments: JSON.parse(row.segments),
    pending: JSON.parse(row.pending),
    metadata: row.metadata ? JSON.parse(row.metadata) : undefined,
    interactionId: row.interaction_id,
    failure: row.failure ? JSON.parse(row.failure) : undefined,
  };
}
