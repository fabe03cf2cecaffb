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
  /**
   * The end of the newest run that brought new or other rows; of a stream, when it last stored an event; of a destination,
   * when it got some.
   */
  lastDataAt: Date | null;
}

const lastRunColumns = 'e.id, e.status, COALESCE(e.ended_at, e.started_at, e.created_at) AS at';

const newestOfConnectors = `SELECT newest.connector_id, newest.last_data_at, newest.stored_at, ${lastRunColumns}
   FROM (SELECT c.id AS connector_id,
           (SELECT x.execution_id FROM execution_connector x FORCE INDEX (by_connector)
            WHERE x.account_id = c.account_id AND x.connector_id = c.id ORDER BY x.execution_id DESC LIMIT 1) AS id,
           (SELECT x.data_at FROM execution_connector x FORCE INDEX (by_data)
            WHERE x.account_id = c.account_id AND x.connector_id = c.id ORDER BY x.data_at DESC LIMIT 1) AS last_data_at,
           (SELECT MAX(p.stored_at) FROM stream_position p WHERE p.connector_id = c.id) AS stored_at
         FROM connector c WHERE c.account_id = ?) newest
   STRAIGHT_JOIN execution e ON e.id = newest.id`;

/**
 * connector id → the newest run of any of its jobs. Those that never ran are not in it. Each answer is the last entry of
 * a range of an index: a history is long, and connectors and jobs are few.
 */
export async function selectLastRunsOfConnectors(
  pool: Pool,
  accountId: number,
): Promise<Map<number, ConnectorLastRun>> {
  const [[rows], underWay] = await Promise.all([
    pool.query<RowDataPacket[]>(newestOfConnectors, [accountId]),
    selectDataUnderWay(pool, accountId),
  ]);
  return new Map(
    rows.map((row) => {
      // A stream's day brings none by beginning or ending.
      const lastDataAt = row.stored_at ?? underWay.get(row.connector_id) ?? row.last_data_at;
      return [row.connector_id, { ...lastRun(row), lastDataAt }];
    }),
  );
}

/** connector id → the beginning of its newest run that brings rows and has not ended; of a stream, the day's. */
async function selectDataUnderWay(pool: Pool, accountId: number): Promise<Map<number, Date>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.connector_id, MAX(e.created_at) AS at
     FROM execution e FORCE INDEX (by_status) STRAIGHT_JOIN execution_connector c ON c.execution_id = e.id
     WHERE e.account_id = ? AND e.status IN ('processing', 'delivering') AND e.type <> 'data_export' AND e.rows_imported + e.rows_updated > 0
     GROUP BY c.connector_id`,
    [accountId],
  );
  return new Map(rows.map((row) => [row.connector_id, row.at]));
}

/** job id → its newest run. Jobs that never ran are not in it. */
export async function selectLastRunsOfJobs(pool: Pool, accountId: number): Promise<Map<number, LastRun>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT newest.job_id, ${lastRunColumns}
     FROM (SELECT j.id AS job_id, (SELECT x.id FROM execution x FORCE INDEX (by_job)
                                   WHERE x.job_id = j.id ORDER BY x.id DESC LIMIT 1) AS id
           FROM job j WHERE j.account_id = ? AND j.deleted_at IS NULL) newest
     STRAIGHT_JOIN execution e ON e.id = newest.id WHERE e.account_id = ?`,
    [accountId, accountId],
  );
  return new Map(rows.map((row) => [row.job_id, lastRun(row)]));
}

function lastRun({ id, status, at }: RowDataPacket): LastRun {
  return { executionId: uuidText(id), status, at };
}
