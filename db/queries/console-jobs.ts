import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import { uuidText } from '../uuid.ts';

export interface LastRun {
  executionId: string;
  status: ExecutionStatus;
  at: Date;
}

/** job id → its newest run. Jobs that never ran are not in it. */
export async function selectLastRunsOfJobs(pool: Pool, accountId: number): Promise<Map<number, LastRun>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT e.job_id, e.id, e.status, COALESCE(e.ended_at, e.started_at, e.created_at) AS at
     FROM (SELECT MAX(e.id) AS id FROM job j JOIN execution e ON e.job_id = j.id
           WHERE j.account_id = ? AND j.deleted_at IS NULL GROUP BY e.job_id) newest
     JOIN execution e ON e.id = newest.id WHERE e.account_id = ?`,
    [accountId, accountId],
  );
  return new Map(rows.map((row) => [row.job_id, { executionId: uuidText(row.id), status: row.status, at: row.at }]));
}
