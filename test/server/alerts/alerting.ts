import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { writeAccountAlerts } from '../../../db/queries/alert-audience.ts';
import { type ExecutionEnd, endExecution } from '../../../db/queries/execution-progress.ts';
import { newId } from '../../../db/uuid.ts';
import { alertsOfEnd } from '../../../server/alerts/execution-end.ts';
import { type AlertFacts, readBody } from '../../../server/alerts/facts.ts';
import { sealedSettings } from '../../../server/alerts/settings.ts';
import type { Services } from '../../../server/services.ts';
import { alertSettingsSchema } from '../../../shared/alert.ts';

/** As the account's settings are saved. */
export async function setAlerts(services: Services, accountId: number, settings: object): Promise<void> {
  const sealed = sealedSettings(services.keyring, alertSettingsSchema.parse(settings), undefined);
  await writeAccountAlerts(services.database.pool, accountId, sealed);
}

export const failed: ExecutionEnd = {
  status: 'handler_failed',
  error: { code: 'sign_in_refused', message: 'sftp.example.test refused the password of "cqa". Enter the right one.' },
};
export const succeeded: ExecutionEnd = { status: 'success' };

/** An execution of the job that ends so, as a worker ends it: one transaction. */
export async function runEnds(
  services: Services,
  accountId: number,
  jobId: number,
  end: ExecutionEnd,
): Promise<Buffer> {
  const { pool } = services.database;
  const subject = newId();
  await pool.query(
    `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status)
       SELECT ?, account_id, id, name, type, '[]', 'schedule', 'processing' FROM job WHERE id = ?`,
    [subject, jobId],
  );
  await transaction(pool, async (connection) => {
    await endExecution(connection, { accountId, subject }, end);
    await alertsOfEnd(services, connection, { accountId, subject }, end);
  });
  return subject;
}

export interface Written {
  id: Buffer;
  status: string;
  recipients: string[];
  list: AlertFacts[];
}

/** The mails of an account that were written, in their order. */
export async function mailsOf(services: Services, accountId: number): Promise<Written[]> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    "SELECT id, status, address, body FROM alert_notice WHERE account_id = ? AND event <> 'test' ORDER BY id",
    [accountId],
  );
  return rows.map(({ id, status, address, body }) => ({
    ...{ id, status, recipients: address.split(',') },
    list: readBody(body).list,
  }));
}

/** `raised run_failed`, … of the mails that were written. */
export async function toldOf(services: Services, accountId: number): Promise<string[]> {
  return (await mailsOf(services, accountId)).flatMap(({ list }) => list.map(({ event, kind }) => `${event} ${kind}`));
}
