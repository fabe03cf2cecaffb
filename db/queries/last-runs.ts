import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import { uuidText } from '../uuid.ts';

/** The newest execution of something. `at`: when it ended, else when it began or was made. */
export interface LastRun {
  executionId: string;
  status: ExecutionStatus;
  at: Date;
}

export interface ConnectorLastRun extends LastRun {
  /** The end of the newest run that moved rows. */
  lastDataAt: Date | null;
}

/** connector id → the newest run of any of its jobs. Those that never ran are not in it. */
export async function selectLastRunsOfConnectors(
  pool: Pool,
  accountId: number,
): Promise<Map<number, ConnectorLastRun>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT newest.connector_id, e.id, e.status, COALESCE(e.ended_at, e.started_at, e.created_at) AS at,
       (SELECT COALESCE(d.ended_at, d.created_at) FROM job_connector dj JOIN execution d ON d.job_id = dj.job_id
        WHERE dj.connector_id = newest.connector_id AND d.account_id = ? AND d.rows_listed > 0
        ORDER BY d.id DESC LIMIT 1) AS last_data_at
     FROM (SELECT jc.connector_id, MAX(e.id) AS id
           FROM connector c JOIN job_connector jc ON jc.connector_id = c.id JOIN execution e ON e.job_id = jc.job_id
           WHERE c.account_id = ? AND e.account_id = ? GROUP BY jc.connector_id) newest
     JOIN execution e ON e.id = newest.id`,
    [accountId, accountId, accountId],
  );
  return new Map(rows.map((row) => [row.connector_id, { ...lastRun(row), lastDataAt: row.last_data_at }]));
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
  return new Map(rows.map((row) => [row.job_id, lastRun(row)]));
}

function lastRun({ id, status, at }: RowDataPacket): LastRun {
  return { executionId: uuidText(id), status, at };
}
