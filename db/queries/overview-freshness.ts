import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Direction } from '../../shared/connector.ts';
import { type ExecutionStatus, endStatuses, hasEnded } from '../../shared/execution.ts';
import { uuidText } from '../uuid.ts';
import { destinationOutcome, type EndedRun } from './destination-outcome.ts';
import { openStatuses } from './executions.ts';
import { type ConnectorLastRun, selectLastRunsOfConnectors } from './last-runs.ts';

/** A connector with what its jobs did and will do. */
export interface ConnectorFreshness {
  id: number;
  uid: string;
  name: string;
  direction: Direction;
  isEnabled: boolean;
  /** The newest execution of any of its jobs, with when data last came or went. */
  lastRun: ConnectorLastRun | undefined;
  /** One of its executions has not ended; it may not be the newest, for those that fall due meanwhile are skipped. */
  isRunning: boolean;
  /** How the newest of them ended that was not cancelled or skipped; of an export, how that went for this destination. */
  outcome: ExecutionStatus | undefined;
  enabledJobs: number;
  /** Of its enabled jobs. */
  nextDueAt: Date | null;
  /** A file that it expects has not come, or no data for longer than it may be quiet. */
  missesData: boolean;
}

/** By name. */
export async function selectFreshness(pool: Pool, accountId: number): Promise<ConnectorFreshness[]> {
  const [connectors, runs] = await Promise.all([
    selectConnectors(pool, accountId),
    selectLastRunsOfConnectors(pool, accountId),
  ]);
  const cancelled = connectors.map(({ id }) => id).filter((id) => runs.get(id)?.status === 'cancelled');
  const before = await selectOutcomes(pool, accountId, cancelled);
  const outcomes = new Map<number, ExecutionStatus>();
  for (const { id, direction } of connectors) {
    const end = before.get(id) ?? endOf(runs.get(id));
    if (end) outcomes.set(id, direction === 'export' ? await destinationOutcome(pool, accountId, id, end) : end.status);
  }
  return connectors.map((row) => ({
    ...{ id: row.id, uid: uuidText(row.uid), name: row.name, direction: row.direction },
    ...{ isEnabled: row.is_enabled === 1, missesData: row.misses_data === 1 },
    ...{ lastRun: runs.get(row.id), isRunning: row.is_running === 1 },
    outcome: outcomes.get(row.id),
    enabledJobs: Number(row.enabled_jobs),
    nextDueAt: row.next_due_at,
  }));
}

function endOf(run: ConnectorLastRun | undefined): EndedRun | undefined {
  return run && run.status !== 'cancelled' && hasEnded(run.status) ? run : undefined;
}

const outcomeStatuses = endStatuses.filter((status) => status !== 'cancelled');

/** connector id → how its newest run ended that was not cancelled: the last entry of a range for each outcome. */
async function selectOutcomes(
  pool: Pool,
  accountId: number,
  connectorIds: readonly number[],
): Promise<Map<number, EndedRun>> {
  if (connectorIds.length === 0) return new Map();
  const ranges = connectorIds.flatMap((connectorId) => outcomeStatuses.map((status) => [connectorId, status]));
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT connector_id, status, execution_id FROM (${ranges
      .map(
        () => `(SELECT connector_id, status, execution_id FROM execution_connector FORCE INDEX (by_connector_status)
          WHERE account_id = ? AND connector_id = ? AND status = ? ORDER BY execution_id DESC LIMIT 1)`,
      )
      .join(' UNION ALL ')}) newest ORDER BY execution_id`,
    ranges.flatMap((range) => [accountId, ...range]),
  );
  // The last one of a connector stays.
  return new Map(
    rows.map((row) => [row.connector_id, { executionId: uuidText(row.execution_id), status: row.status }]),
  );
}

/**
 * One look into an index for each status: with IN, or EXISTS, the database reads a connector's whole history, or that of
 * all of them at once.
 */
const openRun = `(SELECT 1 FROM execution_connector x FORCE INDEX (by_connector_status)
  WHERE x.account_id = c.account_id AND x.connector_id = c.id AND x.status = ? LIMIT 1)`;

async function selectConnectors(pool: Pool, accountId: number): Promise<RowDataPacket[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.id, c.uid, c.name, c.direction, c.is_enabled, COUNT(j.id) AS enabled_jobs, MIN(j.next_due_at) AS next_due_at,
       COALESCE(${openStatuses.map(() => openRun).join(', ')}) AS is_running,
       EXISTS (SELECT 1 FROM alert a
         WHERE a.connector_id = c.id AND a.kind IN ('expected_file', 'expected_data') AND a.resolved_at IS NULL) AS misses_data
     FROM connector c LEFT JOIN job_connector jc ON jc.connector_id = c.id
       LEFT JOIN job j ON j.id = jc.job_id AND j.account_id = c.account_id AND j.is_enabled AND j.deleted_at IS NULL
     WHERE c.account_id = ? AND c.deleted_at IS NULL GROUP BY c.id ORDER BY c.name`,
    [...openStatuses, accountId],
  );
  return rows;
}
