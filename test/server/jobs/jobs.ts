import type { RowDataPacket } from 'mysql2/promise';
import { newId, uuidText } from '../../../db/uuid.ts';
import { saveConnector } from '../../../server/configuration/connectors.ts';
import type { Services } from '../../../server/services.ts';
import { type Schedule, scheduleSchema } from '../../../shared/job.ts';

/** A job as the configuration would have saved it, with the due time that the test wants. */
export interface TestJob {
  accountId: number;
  name?: string;
  type?: 'data_import' | 'data_export';
  schedule?: Record<string, unknown>;
  nextDueAt?: Date | null;
  connectors?: number[];
}

let jobs = 0;

export async function addJob(services: Services, job: TestJob): Promise<number> {
  const { pool } = services.database;
  const { accountId, name = `job ${++jobs}`, type = 'data_import', nextDueAt = null, connectors = [] } = job;
  const schedule: Schedule = scheduleSchema.parse(job.schedule ?? { frequency: 'daily', timezone: 'UTC' });
  const report = type === 'data_export' ? '{}' : null;
  await pool.query(
    'INSERT INTO job (account_id, uid, name, type, schedule, report, next_due_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [accountId, newId(), name, type, JSON.stringify(schedule), report, nextDueAt, 'test'],
  );
  const [rows] = await pool.query<RowDataPacket[]>('SELECT MAX(id) AS id FROM job WHERE account_id = ?', [accountId]);
  const id: number = rows[0]?.id;
  for (const [position, connectorId] of connectors.entries())
    await pool.query('INSERT INTO job_connector (job_id, connector_id, position) VALUES (?, ?, ?)', [
      id,
      connectorId,
      position,
    ]);
  return id;
}

/** An import connector that is never connected to: the tests' runs stand for the import. */
export async function addConnector(services: Services, accountId: number, name: string): Promise<number> {
  const config = {
    host: 'sftp.example.test',
    username: 'cqa',
    credential: { type: 'password', password: 'secret' },
    directory: '/outgoing',
  };
  const input = { name, direction: 'import', type: 'sftp', config, is_enabled: true } as const;
  await saveConnector(services, accountId, input, { by: 'test' });
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    'SELECT id FROM connector WHERE account_id = ? AND live_name = ?',
    [accountId, name],
  );
  return rows[0]?.id;
}

export async function executionsOf(services: Services, jobId: number): Promise<RowDataPacket[]> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    'SELECT * FROM execution WHERE job_id = ? ORDER BY id',
    [jobId],
  );
  return rows.map((row) => ({ ...row, uid: uuidText(row.id) })) as RowDataPacket[];
}
