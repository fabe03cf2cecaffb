import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Page } from './api-page.ts';

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

/** A row that was not taken. */
export interface JobError {
  line: number;
  reason: string;
  external_interaction_id: string | null;
}

/** The first rejected rows of a job. */
export async function listJobErrors(pool: Pool, accountId: number, jobId: Buffer, limit: number): Promise<JobError[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT line, reason, external_id FROM rejected_row WHERE account_id = ? AND execution_id = ? ORDER BY id LIMIT ?',
    [accountId, jobId, limit],
  );
  return rows.map(({ line, reason, external_id }) => ({
    line,
    reason,
    external_interaction_id: external_id?.toString('utf8') ?? null,
  }));
}
