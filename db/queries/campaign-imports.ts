import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { type ImportFileState, type ImportSettings, type ImportState, importLimits } from '../../shared/campaign.ts';
import type { Failure } from '../../shared/error.ts';
import type { Connection } from '../database.ts';

/** A CSV's row of which nothing became an interaction, and why. */
export interface SheetProblem {
  sheet: string;
  line: number;
  /** The recording that the row names. */
  file: string;
  reason: string;
}

/** What the CSVs that were dropped along came to. */
export interface SheetReport {
  rows: number;
  /** Rows that found their recording. */
  matched: number;
  /** The first of the others. */
  problems: SheetProblem[];
  problemCount: number;
}

export interface StoredImport {
  id: Buffer;
  accountId: number;
  campaignId: number;
  /** The campaign's, 12 bytes. */
  campaignUid: Buffer;
  /** The account's. */
  timezone: string;
  state: ImportState;
  settings: ImportSettings;
  report: SheetReport | undefined;
  failure: Failure | undefined;
  createdBy: string;
  createdAt: Date;
  endedAt: Date | null;
}

const selected = `SELECT i.*, c.uid AS campaign_uid, a.timezone FROM campaign_import i
  JOIN campaign c ON c.id = i.campaign_id AND c.account_id = i.account_id
  JOIN account a ON a.id = i.account_id`;

export async function insertImport(
  connection: Connection,
  {
    id,
    accountId,
    campaignId,
    settings,
    createdBy,
  }: Pick<StoredImport, 'id' | 'accountId' | 'campaignId' | 'settings' | 'createdBy'>,
): Promise<void> {
  await connection.query(
    "INSERT INTO campaign_import (id, account_id, campaign_id, state, settings, created_by) VALUES (?, ?, ?, 'open', ?, ?)",
    [id, accountId, campaignId, JSON.stringify(settings), createdBy],
  );
}

export async function selectImport(
  connection: Connection,
  accountId: number,
  id: Buffer,
): Promise<StoredImport | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(`${selected} WHERE i.account_id = ? AND i.id = ?`, [
    accountId,
    id,
  ]);
  return rows[0] && stored(rows[0]);
}

/** The same, kept as it is until the transaction ends. */
export async function lockImport(
  connection: PoolConnection,
  accountId: number,
  id: Buffer,
): Promise<StoredImport | undefined> {
  const [locked] = await connection.query<RowDataPacket[]>(
    'SELECT id FROM campaign_import WHERE account_id = ? AND id = ? FOR UPDATE',
    [accountId, id],
  );
  return locked.length === 0 ? undefined : selectImport(connection, accountId, id);
}

/** A campaign's imports, newest first. */
export async function selectImports(
  connection: Connection,
  accountId: number,
  campaignId: number,
  { before, limit }: { before: Buffer | undefined; limit: number },
): Promise<StoredImport[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `${selected} WHERE i.account_id = ? AND i.campaign_id = ?${before ? ' AND i.id < ?' : ''} ORDER BY i.id DESC LIMIT ?`,
    [accountId, campaignId, ...(before ? [before] : []), limit],
  );
  return rows.map(stored);
}

/** The newest import of each campaign, by the campaign's id. */
export async function selectLastImports(connection: Connection, accountId: number): Promise<Map<number, StoredImport>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `${selected} JOIN (SELECT MAX(id) AS id FROM campaign_import WHERE account_id = ? GROUP BY campaign_id) newest ON newest.id = i.id`,
    [accountId],
  );
  return new Map(rows.map(stored).map((row) => [row.campaignId, row]));
}

export interface ImportChange {
  state: ImportState;
  settings?: ImportSettings;
  /** Null: there is none any more. */
  failure?: Failure | null;
}

/** Moves an import that is in one of these states. False: it is in none of them. */
export async function moveImport(
  connection: Connection,
  { accountId, id }: Pick<StoredImport, 'accountId' | 'id'>,
  from: ImportState[],
  { state, settings, failure }: ImportChange,
): Promise<boolean> {
  const changes = {
    state,
    ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
    ...(failure === undefined ? {} : { failure: failure && JSON.stringify(failure) }),
    ...(state === 'done' || state === 'cancelled' ? {} : { ended_at: null }),
  };
  const ending = state === 'done' || state === 'cancelled' ? ', ended_at = NOW(3)' : '';
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE campaign_import SET ?${ending} WHERE account_id = ? AND id = ? AND state IN (?)`,
    [changes, accountId, id, from],
  );
  return result.affectedRows === 1;
}

export async function writeReport(
  connection: Connection,
  { accountId, id }: Pick<StoredImport, 'accountId' | 'id'>,
  report: SheetReport | undefined,
): Promise<void> {
  await connection.query('UPDATE campaign_import SET report = ? WHERE account_id = ? AND id = ?', [
    report === undefined ? null : JSON.stringify(report),
    accountId,
    id,
  ]);
}

/** Open imports to which nothing has come for longer than an unfinished one is kept. */
export async function selectForgottenImports(
  pool: Pool,
  limit: number,
): Promise<Pick<StoredImport, 'accountId' | 'id'>[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.account_id, i.id FROM campaign_import i
      WHERE i.state = 'open' AND i.created_at < NOW(3) - INTERVAL ${importLimits.unfinishedHours} HOUR
        AND NOT EXISTS (SELECT 1 FROM campaign_import_file f
                         WHERE f.import_id = i.id AND f.updated_at >= NOW(3) - INTERVAL ${importLimits.unfinishedHours} HOUR)
      ORDER BY i.created_at LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({ accountId: row.account_id, id: row.id }));
}

/** How many files of each import stand how, recordings and CSVs apart. */
export interface FileCounts {
  /** Recordings. */
  files: number;
  sheets: number;
  /** Recordings. */
  byState: Partial<Record<ImportFileState, number>>;
  /** Of both, those that are not complete. */
  uploading: number;
  byteSize: number;
  received: number;
}

export async function countFiles(
  connection: Connection,
  accountId: number,
  imports: Buffer[],
): Promise<Map<string, FileCounts>> {
  const counts = new Map<string, FileCounts>();
  if (imports.length === 0) return counts;
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT import_id, kind, state, COUNT(*) AS n, SUM(byte_size) AS byte_size, SUM(received) AS received
       FROM campaign_import_file WHERE account_id = ? AND import_id IN (?) GROUP BY import_id, kind, state`,
    [accountId, imports],
  );
  for (const { import_id, kind, state, n, byte_size, received } of rows) {
    const key = import_id.toString('hex');
    const entry = counts.get(key) ?? { files: 0, sheets: 0, byState: {}, uploading: 0, byteSize: 0, received: 0 };
    counts.set(key, entry);
    entry[kind === 'sheet' ? 'sheets' : 'files'] += n;
    entry.byteSize += Number(byte_size);
    entry.received += Number(received);
    if (state === 'uploading') entry.uploading += n;
    if (kind === 'audio') entry.byState[state as ImportFileState] = n;
  }
  return counts;
}

function stored(row: RowDataPacket): StoredImport {
  return {
    id: row.id,
    accountId: row.account_id,
    campaignId: row.campaign_id,
    campaignUid: row.campaign_uid,
    timezone: row.timezone,
    state: row.state,
    settings: JSON.parse(row.settings),
    report: row.report ? JSON.parse(row.report) : undefined,
    failure: row.failure ? JSON.parse(row.failure) : undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
