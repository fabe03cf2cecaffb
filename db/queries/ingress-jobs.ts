import { createHash } from 'node:crypto';
import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../uuid.ts';
import { ingressConnectorId } from './interactions.ts';

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
  rejectedRows: { line: number; reason: string; externalId: string | null }[];
}

/** The batch that brought this external id, not before `since`. */
export async function findBatchOf(
  pool: Pool,
  accountId: number,
  externalId: string,
  since: Date,
): Promise<StoredBatch | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT j.id, j.total_rows, j.accepted, j.rejected
       FROM interaction i
       JOIN source_item s ON s.id = i.source_item_id
       JOIN ingress_job j ON j.id = s.execution_id AND j.account_id = i.account_id AND j.type = 'batch'
      WHERE i.account_id = ? AND i.external_id = ? AND i.connector_id = ? AND j.created_at >= ?`,
    [accountId, Buffer.from(externalId), ingressConnectorId, since],
  );
  const job = rows[0];
  if (!job) return undefined;
  const [rejected] = await pool.query<RowDataPacket[]>(
    'SELECT line, reason, external_id FROM rejected_row WHERE account_id = ? AND execution_id = ? ORDER BY id',
    [accountId, job.id],
  );
  return {
    jobId: job.id,
    total: job.total_rows,
    accepted: job.accepted,
    rejected: job.rejected,
    rejectedRows: rejected.map(({ line, reason, external_id }) => ({
      line,
      reason,
      externalId: external_id?.toString() ?? null,
    })),
  };
}
