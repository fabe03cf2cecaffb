import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { lockAccount } from './account-lock.ts';
import { addIngressItem } from './ingress-jobs.ts';
import { listRejected, type RejectedRowTold } from './rejected-rows.ts';
import type { ReadyItem } from './source-items.ts';
import { addWork, type Work } from './work.ts';

const openStatuses = ['pending', 'processing'];

/** Locks the account until the transaction ends, so that nobody adds a job meanwhile, and counts its unfinished ones. */
export async function countUnfinishedFileJobs(connection: PoolConnection, accountId: number): Promise<number> {
  await lockAccount(connection, accountId);
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT COUNT(*) AS jobs FROM ingress_job WHERE account_id = ? AND type = 'file' AND status IN (?)",
    [accountId, openStatuses],
  );
  return rows[0]?.jobs ?? 0;
}

export interface NewFileJob {
  id: Buffer;
  accountId: number;
  /** The request's JSON. */
  request: string;
  callbackUrl: string | null;
}

/** Adds a job, the item that its rows are counted in, and the work. */
export async function addFileJob(
  connection: PoolConnection,
  { id, accountId, request, callbackUrl }: NewFileJob,
): Promise<void> {
  const itemId = await addIngressItem(connection, accountId, id, 'ready');
  await connection.query(
    `INSERT INTO ingress_job (id, account_id, type, status, source_item_id, request, callback_url)
     VALUES (?, ?, 'file', 'pending', ?, ?, ?)`,
    [id, accountId, itemId, request, callbackUrl],
  );
  await addWork(connection, [{ kind: 'ingest', accountId, subject: id }]);
}

/** The first job that was made of this request, not before `since`. */
export async function findFileJobOf(
  pool: Pool,
  accountId: number,
  request: string,
  since: Date,
): Promise<Buffer | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id FROM ingress_job
      WHERE account_id = ? AND type = 'file' AND created_at >= ? AND request = ? COLLATE utf8mb4_bin
      ORDER BY id LIMIT 1`,
    [accountId, since, request],
  );
  return rows[0]?.id;
}

export interface FileJob {
  /** The request's JSON. */
  request: string;
  item: ReadyItem;
}

/** Undefined where the job has ended. */
export async function readOpenFileJob(pool: Pool, { accountId, subject }: Work): Promise<FileJob | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT j.request, i.id, i.item_key, i.version, i.sha256, i.records_done, i.rejected
       FROM ingress_job j JOIN source_item i ON i.id = j.source_item_id
      WHERE j.id = ? AND j.account_id = ? AND j.type = 'file' AND j.status IN (?)`,
    [subject, accountId, openStatuses],
  );
  const row = rows[0];
  if (!row) return undefined;
  const item: ReadyItem = {
    id: row.id,
    key: row.item_key.toString(),
    version: row.version.toString(),
    sha256: row.sha256,
    recordsDone: row.records_done,
    rejected: row.rejected,
  };
  return { request: row.request, item };
}

/** Shown from now on as under way. */
export async function beginFileJob(pool: Pool, { accountId, subject }: Work): Promise<void> {
  await pool.query(
    "UPDATE ingress_job SET status = 'processing' WHERE id = ? AND account_id = ? AND status = 'pending'",
    [subject, accountId],
  );
}

/** How a job ended. */
export interface FileJobEnd {
  status: 'completed' | 'failed';
  callbackUrl: string | null;
  totalRows: number;
  accepted: number;
  rejected: number;
  completedAt: Date;
  /** The first rejected rows. */
  errors: RejectedRowTold[];
}

/**
 * Ends a job and its item with the counts of the ledger, and forgets its request: a presigned link in it is a permission.
 * Undefined: it had ended before.
 */
export async function endFileJob(
  connection: PoolConnection,
  { accountId, subject: id }: Work,
  failure: Failure | undefined,
): Promise<FileJobEnd | undefined> {
  const error = failure ? JSON.stringify(failure) : null;
  const [{ affectedRows }] = await connection.query<ResultSetHeader>(
    `UPDATE ingress_job j JOIN source_item i ON i.id = j.source_item_id
        SET j.status = ?, j.error = ?, j.completed_at = NOW(3), j.request = NULL, i.state = ?, i.error = ?,
            j.total_rows = i.records_done, j.accepted = i.imported, j.rejected = i.rejected
      WHERE j.id = ? AND j.account_id = ? AND j.status IN (?)`,
    [failure ? 'failed' : 'completed', error, failure ? 'failed' : 'done', error, id, accountId, openStatuses],
  );
  if (affectedRows === 0) return undefined;
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT status, callback_url, total_rows, accepted, rejected, completed_at FROM ingress_job WHERE id = ? AND account_id = ?',
    [id, accountId],
  );
  return rows[0] && endOf(rows[0], await listRejected(connection, accountId, id));
}

function endOf(row: RowDataPacket, errors: FileJobEnd['errors']): FileJobEnd {
  const { status, callback_url: callbackUrl, total_rows: totalRows, accepted, rejected, completed_at } = row;
  return { status, callbackUrl, totalRows, accepted, rejected, completedAt: completed_at, errors };
}
