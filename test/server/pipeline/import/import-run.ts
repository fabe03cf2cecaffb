import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { addWork, type Work } from '../../../../db/queries/work.ts';
import { newId } from '../../../../db/uuid.ts';
import type { ConnectorType } from '../../../../server/connectors/connector.ts';
import type { LoadedConnector } from '../../../../server/connectors/load.ts';
import { Places } from '../../../../server/jobs/places.ts';
import type { ExecutionRun } from '../../../../server/pipeline/run.ts';
import type { Services } from '../../../../server/services.ts';
import { folderSource } from './folder-source.ts';

/** A connector that reads a local folder, as the worker gets it. */
export async function folderConnector(
  services: Services,
  accountId: number,
  config: { directory: string; [key: string]: unknown },
): Promise<LoadedConnector> {
  const [{ insertId }] = await services.database.pool.query<ResultSetHeader>(
    "INSERT INTO connector (account_id, uid, name, direction, type, config, created_by) VALUES (?, ?, ?, 'import', 'folder', ?, 'test')",
    [accountId, newId(), `folder ${newId().toString('hex')}`, JSON.stringify(config)],
  );
  return loadedFolder(insertId, accountId, config);
}

export function loadedFolder(id: number, accountId: number, config: unknown): LoadedConnector {
  return {
    id,
    accountId,
    name: 'folder',
    timezone: 'Asia/Kolkata',
    type: folderSource as unknown as ConnectorType,
    config,
    isEnabled: true,
  };
}

/** A new execution, claimed. */
export async function startExecution(services: Services, accountId: number): Promise<Buffer> {
  const { pool } = services.database;
  const id = newId();
  await pool.query(
    "INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status) VALUES (?, ?, 1, 'job', 'data_import', '[]', 'manual', 'processing')",
    [id, accountId],
  );
  await addWork(pool, [{ kind: 'execute', accountId, subject: id }]);
  return id;
}

/** Claims an execution, as a worker does; the one that had it before has lost it. */
export async function claimRun(
  services: Services,
  connector: LoadedConnector,
  id: Buffer,
  signal: AbortSignal = new AbortController().signal,
): Promise<ExecutionRun> {
  const { pool } = services.database;
  await pool.query('UPDATE work SET claim = claim + 1, attempts = attempts + 1 WHERE subject = ?', [id]);
  const [rows] = await pool.query<RowDataPacket[]>('SELECT id, claim, attempts FROM work WHERE subject = ?', [id]);
  const { accountId } = connector;
  const work = { ...rows[0], kind: 'execute', accountId, subject: id, groupKey: 0 } as Work;
  const nothing = () => Promise.resolve();
  return {
    services,
    id,
    accountId,
    connectors: [connector],
    report: undefined,
    work,
    signal,
    step: nothing,
    delivering: nothing,
    pause: new Places().pauserOf(signal),
    log: () => undefined,
    progress: () => undefined,
  };
}

/** Marks an execution as ended, as the job does after the run. */
export async function endExecution(services: Services, id: Buffer): Promise<void> {
  await services.database.pool.query("UPDATE execution SET status = 'success' WHERE id = ?", [id]);
  await services.database.pool.query('DELETE FROM work WHERE subject = ?', [id]);
}
