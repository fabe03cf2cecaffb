import { createHash } from 'node:crypto';
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../uuid.ts';
import type { Page } from './api-page.ts';
import { ingressConnectorId } from './interactions.ts';
import { findReceived } from './received-interactions.ts';
import { listRejected, type RejectedRowTold } from './rejected-rows.ts';

/** Where all that came over the API lies in the ledger. */
const ingressPlace = createHash('sha256').update('ingress').digest();

/** One interaction of a job, and where it stood: its place in the batch from 1, or its line in the file. */
export interface JobInteraction {
  line: number;
  interactionId: Buffer;
}

/** Lists the interactions that a job has brought. */
export async function addJobInteractions(
  connection: PoolConnection,
  jobId: Buffer,
  list: JobInteraction[],
): Promise<void> {
  if (list.length === 0) return;
  await connection.query('INSERT INTO ingress_job_interaction (job_id, line, interaction_id) VALUES ?', [
    list.map(({ line, interactionId }) => [jobId, line, interactionId]),
  ]);
}

/**
 * The ledger's item of a job: its rows are read, counted and rejected as those of a file at a connector. A batch is read
 * when it is entered; a file waits to be.
 */
export async function addIngressItem(
  connection: PoolConnection,
  accountId: number,
  jobId: Buffer,
  state: 'ready' | 'done',
): Promise<number> {
  const key = uuidText(jobId);
  const [{ insertId }] = await connection.query<ResultSetHeader>(
    `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state)
     VALUES (?, ?, ?, ?, ?, ?, '', ?)`,
    [accountId, ingressConnectorId, jobId, ingressPlace, key, createHash('sha256').update(key).digest(), state],
  );
  return insertId;
}

export interface BatchCounts {
  total: number;
  accepted: number;
  rejected: number;
}

/** Enters a batch, which is done as soon as it is there. */
export async function addBatchJob(
  connection: PoolConnection,
  accountId: number,
  job: { id: Buffer; sourceItemId: number },
  { total, accepted, rejected }: BatchCounts,
): Promise<void> {
  await connection.query(
    `INSERT INTO ingress_job (id, account_id, type, status, source_item_id, total_rows, accepted, rejected, completed_at)
     VALUES (?, ?, 'batch', 'completed', ?, ?, ?, ?, NOW(3))`,
    [job.id, accountId, job.sourceItemId, total, accepted, rejected],
  );
}

export interface StoredBatch extends BatchCounts {
  jobId: Buffer;
  errors: RejectedRowTold[];
}

/** The batch that brought this external id, not before `since`. */
export async function findBatchOf(
  pool: Pool,
  accountId: number,
  externalId: string,
  since: Date,
): Promise<StoredBatch | undefined> {
  const brought = await findReceived(pool, accountId, externalId, since);
  if (!brought) return undefined;
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT j.id, j.total_rows, j.accepted, j.rejected
       FROM source_item s
       JOIN ingress_job j ON j.id = s.execution_id AND j.account_id = s.account_id AND j.type = 'batch'
      WHERE s.id = ? AND s.account_id = ? AND j.created_at >= ?`,
    [brought.sourceItemId, accountId, since],
  );
  const [job] = rows;
  if (!job) return undefined;
  const { id: jobId, total_rows: total, accepted, rejected } = job;
  return { jobId, total, accepted, rejected, errors: await listRejected(pool, accountId, jobId) };
}

/** A batch or a file that came over the API, as far as it is. */
export interface IngressJob {
  id: Buffer;
  type: 'batch' | 'file';
  status: 'pending' | 'processing' | 'completed' | 'failed';
  totalRows: number;
  accepted: number;
  rejected: number;
  /** Why it failed, in words. */
  error: string | undefined;
  completedAt: Date | null;
}

/** Where the job has not ended, the counts are those of its last checkpoint. */
export async function findIngressJob(pool: Pool, accountId: number, id: Buffer): Promise<IngressJob | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT j.id, j.type, j.status, j.total_rows, j.accepted, j.rejected, j.error, j.completed_at,
            COALESCE(s.imported + s.updated, 0) AS stored_rows, COALESCE(s.rejected + s.duplicate, 0) AS refused_rows
       FROM ingress_job j LEFT JOIN source_item s ON s.id = j.source_item_id AND s.account_id = j.account_id
      WHERE j.account_id = ? AND j.id = ?`,
    [accountId, id],
  );
  const row = rows[0];
  if (!row) return undefined;
  const counts = row.completed_at === null ? soFar(row) : { accepted: row.accepted, rejected: row.rejected };
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    ...counts,
    totalRows: Math.max(row.total_rows, counts.accepted + counts.rejected),
    error: row.error === null ? undefined : reasonOf(row.error),
    completedAt: row.completed_at,
  };
}

function soFar(row: RowDataPacket): { accepted: number; rejected: number } {
  return { accepted: Math.max(row.accepted, row.stored_rows), rejected: Math.max(row.rejected, row.refused_rows) };
}

/** Kept as a failure's JSON. */
function reasonOf(error: string): string {
  return error.startsWith('{') ? JSON.parse(error).message : error;
}

/** Of a job that was found to be the account's. */
export async function countJobInteractions(pool: Pool, jobId: Buffer): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM ingress_job_interaction WHERE job_id = ?',
    [jobId],
  );
  return rows[0]?.n ?? 0;
}

/** The ids of a job's interactions in the order of their lines, of a job that was found to be the account's. */
export async function listJobInteractionIds(pool: Pool, jobId: Buffer, { offset, limit }: Page): Promise<Buffer[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT interaction_id FROM ingress_job_interaction WHERE job_id = ? ORDER BY line LIMIT ? OFFSET ?',
    [jobId, limit, offset],
  );
  return rows.map((row) => row.interaction_id);
}
