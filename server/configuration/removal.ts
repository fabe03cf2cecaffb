import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { forgetAlerts } from '../../db/queries/alerts.ts';
import { removeStreams } from '../../db/queries/stream-positions.ts';
import { connectorType } from '../connectors/registry.ts';
import type { Services } from '../services.ts';
import { connectorRow } from './connectors.ts';
import { jobNamesOf } from './jobs.ts';

/** What deleting a connector does, said before it is done. */
export interface ConnectorRemoval {
  /** These stop for good: deleted where it was their only connector, else they go on without it. */
  jobs: string[];
  /** Recordings not fetched yet; they end as failed, because nobody can sign in for them any more. */
  waiting_recordings: number;
  /** Runs in the history. They stay, with the connector's name. */
  executions: number;
}

export async function connectorRemoval(services: Services, accountId: number, uid: string): Promise<ConnectorRemoval> {
  const row = await connectorRow(services, accountId, uid);
  const { pool } = services.database;
  const jobs = (await jobNamesOf(services, [row.id])).get(row.id) ?? [];
  const [[waiting]] = await pool.query<RowDataPacket[]>(
    "SELECT COUNT(*) AS n FROM work WHERE account_id = ? AND kind = 'record' AND group_key = ?",
    [accountId, row.id],
  );
  const [[executions]] = await pool.query<RowDataPacket[]>(
    'SELECT COUNT(*) AS n FROM execution_connector WHERE account_id = ? AND connector_id = ?',
    [accountId, row.id],
  );
  return { jobs, waiting_recordings: waiting?.n ?? 0, executions: executions?.n ?? 0 };
}

/**
 * Deletes a connector and its secrets. Jobs that have no other connector go with it. Its row stays without secrets, so
 * that interactions and executions go on telling where they came from.
 */
export async function removeConnector(services: Services, accountId: number, uid: string): Promise<void> {
  const { id, type } = await connectorRow(services, accountId, uid);
  await transaction(services.database.pool, async (connection) => {
    await connection.query(
      'UPDATE connector SET deleted_at = NOW(3), is_enabled = FALSE, sealed_secrets = NULL WHERE account_id = ? AND id = ?',
      [accountId, id],
    );
    await connection.query(
      `UPDATE job j JOIN job_connector jc ON jc.job_id = j.id AND jc.connector_id = ? SET j.deleted_at = NOW(3), j.is_enabled = FALSE, j.next_due_at = NULL
       WHERE j.account_id = ? AND j.deleted_at IS NULL AND (SELECT COUNT(*) FROM job_connector other WHERE other.job_id = j.id AND other.connector_id <> ?) = 0`,
      [id, accountId, id],
    );
    await connectorType(type).removed?.(connection, { accountId, connectorId: id });
    await removeStreams(connection, accountId, id);
    const [gone] = await connection.query<RowDataPacket[]>(
      'SELECT j.id FROM job j JOIN job_connector jc ON jc.job_id = j.id WHERE jc.connector_id = ? AND j.deleted_at IS NOT NULL',
      [id],
    );
    for (const job of gone) await forgetAlerts(connection, { accountId, jobId: job.id });
    await connection.query('DELETE FROM alert WHERE account_id = ? AND connector_id = ?', [accountId, id]);
    await connection.query(
      'DELETE jc FROM job_connector jc JOIN job j ON j.id = jc.job_id WHERE j.account_id = ? AND j.deleted_at IS NULL AND jc.connector_id = ?',
      [accountId, id],
    );
  });
}
