import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { AlertKind } from '../../shared/alert.ts';
import type { Failure } from '../../shared/error.ts';
import { uuidText } from '../uuid.ts';
import { isUnsteady } from './alerts.ts';

export interface AlertShown {
  id: number;
  kind: AlertKind;
  connector: { uid: string; name: string } | null;
  job: { uid: string; name: string } | null;
  /** The run that it was raised by last. */
  execution_id: string | null;
  message: string;
  count: number;
  raised_at: string;
  last_at: string;
  told_at: string | null;
  /** It comes and goes, so people are told of it once a day at most. */
  is_unsteady: boolean;
  /** Why the last mail about it was refused; null where none was. */
  refusal: string | null;
}

/** What is open, the newest first; nothing of jobs and connectors that were deleted. */
export async function listOpenAlerts(pool: Pool, accountId: number): Promise<AlertShown[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT a.id, a.kind, a.message, a.count, a.raised_at, a.last_at, a.told_at, a.execution_id, a.${isUnsteady} AS is_unsteady,
        c.uid AS connector_uid, c.name AS connector_name, j.uid AS job_uid, j.name AS job_name,
        (SELECT IF(n.status = 'failed', n.failure, NULL) FROM alert_notice n
          WHERE n.alert_id = a.id AND n.status NOT IN ('merged', 'split') ORDER BY n.id DESC LIMIT 1) AS refusal
       FROM alert a
       LEFT JOIN connector c ON c.id = a.connector_id AND c.deleted_at IS NULL
       LEFT JOIN job j ON j.id = a.job_id AND j.deleted_at IS NULL
      WHERE a.account_id = ? AND a.resolved_at IS NULL AND (c.id IS NOT NULL OR j.id IS NOT NULL)
      ORDER BY a.last_at DESC, a.id DESC LIMIT 200`,
    [accountId],
  );
  return rows.map((row) => ({
    ...{ id: row.id, kind: row.kind, message: row.message, count: row.count },
    connector: row.connector_uid && { uid: uuidText(row.connector_uid), name: row.connector_name },
    job: row.job_uid && { uid: uuidText(row.job_uid), name: row.job_name },
    execution_id: row.execution_id && uuidText(row.execution_id),
    raised_at: row.raised_at.toISOString(),
    last_at: row.last_at.toISOString(),
    told_at: row.told_at?.toISOString() ?? null,
    is_unsteady: row.is_unsteady === 1,
    refusal: row.refusal && (JSON.parse(row.refusal) as Failure).message,
  }));
}
