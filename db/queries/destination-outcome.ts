import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import { parseUuid } from '../uuid.ts';
import { findReportOwner, retryChain } from './execution-retry.ts';
import type { LastRun } from './last-runs.ts';

export type EndedRun = Pick<LastRun, 'executionId' | 'status'>;

/**
 * How an export's run stands for one of its destinations: its status says nothing of a single one where some failed. A
 * destination that a retry left out has its report from the run before, so the report's deliveries tell.
 */
export async function destinationOutcome(
  pool: Pool,
  accountId: number,
  connectorId: number,
  { executionId, status }: EndedRun,
): Promise<ExecutionStatus> {
  const id = parseUuid(executionId);
  if (!id || (status !== 'partial_success' && status !== 'delivery_failed')) return status;
  const owner = await findReportOwner(pool, accountId, await retryChain(pool, accountId, id));
  if (!owner) return status;
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS parts, COALESCE(SUM(d.status = 'delivered'), 0) AS delivered
       FROM report_part r JOIN delivery d ON d.part_id = r.id
      WHERE r.execution_id = ? AND r.account_id = ? AND d.connector_id = ?`,
    [owner, accountId, connectorId],
  );
  const [parts, delivered] = [Number(rows[0]?.parts), Number(rows[0]?.delivered)];
  return parts > 0 && parts === delivered ? 'success' : 'delivery_failed';
}
