import { Readable } from 'node:stream';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { raiseAlert } from '../../../db/queries/alerts.ts';
import { insertFile, updateFile } from '../../../db/queries/campaign-import-files.ts';
import { insertImport } from '../../../db/queries/campaign-imports.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import { createUser } from '../../../server/accounts/users.ts';
import { createCampaign, requireCampaign } from '../../../server/campaigns/campaigns.ts';
import { getConnector, saveConnector } from '../../../server/configuration/connectors.ts';
import { getJob } from '../../../server/configuration/jobs.ts';
import { saveJob } from '../../../server/configuration/jobs-save.ts';
import { triggerJob } from '../../../server/jobs/trigger.ts';
import { createSavedFilter } from '../../../server/reports/saved-filters.ts';
import type { Services } from '../../../server/services.ts';

/** Something of every kind that an account has, under names of its own. */
export interface Belongings {
  connector: string;
  connectorName: string;
  exportConnectorName: string;
  exportConnector: string;
  /** A shared one. */
  savedFilter: string;
  user: string;
  job: string;
  execution: string;
  exportExecution: string;
  /** One that can be retried. */
  failedExecution: string;
  interaction: string;
  partId: number;
  /** One that has failed. */
  webhook: string;
  /** An open one. */
  alert: number;
  campaign: string;
  /** An open import into it. */
  campaignImport: string;
  /** One of the execution's that is open. */
  rejectedRow: number;
}

/** Must never be found in an answer. */
export const password = 'a-password-that-nobody-may-see';
export const audio = Buffer.concat([Buffer.from('RIFF\x24\x10\x00\x00WAVE'), Buffer.alloc(4096, 7)]);
export const report = Buffer.from('call,score\nc1,10\n');
export const by = 'test';

let count = 0;

export async function makeBelongings(services: Services, accountId: number): Promise<Belongings> {
  const n = ++count;
  const connectorName = `calls ${n}`;
  const exportConnectorName = `results ${n}`;
  const { uid: connector } = await saveConnector(services, accountId, sftpConnector(connectorName, 'import'), { by });
  const { uid: exportConnector } = await saveConnector(
    services,
    accountId,
    sftpConnector(exportConnectorName, 'export'),
    { by },
  );
  const { uid: job } = await saveJob(services, accountId, importJob(`import ${n}`, connectorName), { by });
  const { uid: exportJob } = await saveJob(services, accountId, exportJobOf(`export ${n}`, exportConnectorName), {
    by,
  });
  const execution = await trigger(services, accountId, job);
  const exportExecution = await trigger(services, accountId, exportJob);
  const rejectedRow = await rejectRows(services, accountId, execution);
  return {
    ...{ connector, connectorName, exportConnectorName, exportConnector, job, rejectedRow },
    ...(await makeUser(services, accountId, n)),
    execution: uuidText(execution),
    exportExecution: uuidText(exportExecution),
    failedExecution: uuidText(await failedRun(services, accountId, job)),
    interaction: await makeInteraction(services, accountId, { externalId: `call-${n}` }),
    partId: await makePart(services, accountId, exportExecution),
    webhook: await makeWebhook(services, accountId),
    alert: await makeAlert(services, accountId, connector),
    ...(await makeCampaign(services, accountId, n)),
  };
}

export function sftpConnector(name: string, direction: 'import' | 'export') {
  const config = {
    host: '127.0.0.1',
    port: 1,
    username: 'cqa',
    credential: { type: 'password', password },
    directory: '/out',
    file_format: 'csv',
  };
  return { name, direction, type: 'sftp', config, is_enabled: true };
}

export function importJob(name: string, connector: string) {
  return { name, type: 'data_import' as const, connectors: [connector], schedule: { frequency: 'daily' as const } };
}

function exportJobOf(name: string, connector: string) {
  return { ...importJob(name, connector), type: 'data_export' as const, report: { date_range: 'today' as const } };
}

async function trigger(services: Services, accountId: number, uid: string): Promise<Buffer> {
  const { id } = await getJob(services, accountId, uid);
  return triggerJob(services, accountId, id, { by });
}

/** It failed before it had listed anything. */
async function failedRun(services: Services, accountId: number, uid: string): Promise<Buffer> {
  const id = await trigger(services, accountId, uid);
  const { pool } = services.database;
  await pool.query("UPDATE execution SET status = 'handler_failed', ended_at = NOW(3) WHERE id = ?", [id]);
  await pool.query('DELETE FROM work WHERE subject = ?', [id]);
  return id;
}

/** Answers the first one's id. */
async function rejectRows(services: Services, accountId: number, executionId: Buffer): Promise<number> {
  const rows = Array.from({ length: 150 }, (_, i) => [
    ...[accountId, executionId, 1, 'calls.csv', i + 2, 'call_id', 'missing_field', 'The call has no id.', ',VOICE'],
  ]);
  const [result] = await services.database.pool.query(
    'INSERT INTO rejected_row (account_id, execution_id, source_item_id, file_name, line, column_name, code, reason, raw) VALUES ?',
    [rows],
  );
  return (result as { insertId: number }).insertId;
}

export async function makeInteraction(
  services: Services,
  accountId: number,
  { externalId, metadata = {} }: { externalId: string; metadata?: Record<string, string> },
): Promise<string> {
  const id = newId();
  const { pool } = services.database;
  await pool.query(
    `INSERT INTO interaction (id, account_id, external_id, channel_type, status, occurred_at, metadata, content_hash,
       connector_id, source_item_id, source_line, status_modified_at, created_at)
     VALUES (?, ?, ?, 'VOICE', 2, NOW(3), ?, ?, 1, 1, 2, NOW(3), NOW(3))`,
    [id, accountId, Buffer.from(externalId), JSON.stringify(metadata), Buffer.alloc(12)],
  );
  const storageKey = `recordings/${uuidText(id)}/0`;
  await services.storage.put(storageKey, Readable.from([audio]));
  await pool.query(
    "INSERT INTO recording (interaction_id, position, account_id, connector_id, execution_id, reference, state, storage_key, byte_size) VALUES (?, 0, ?, 1, ?, 'a.wav', 'here', ?, ?)",
    [id, accountId, newId(), storageKey, audio.length],
  );
  return uuidText(id);
}

/** A user, and a filter that he shares. */
async function makeUser(services: Services, accountId: number, n: number) {
  const { id, uid } = await createUser(services, accountId, { email: `person.${n}@example.test`, role: 'supervisor' });
  const filter = { name: `filter ${n}`, is_shared: true, filter: { min_percentage: 50 } };
  const saved = await createSavedFilter(services, accountId, { id, role: 'supervisor' }, filter);
  return { user: uid, savedFilter: saved.uid };
}

async function makeWebhook(services: Services, accountId: number): Promise<string> {
  const id = newId();
  const attempt = { at: new Date().toISOString(), duration_ms: 12, status: 500, body: 'broken', error: 'It broke.' };
  await services.database.pool.query(
    `INSERT INTO webhook_delivery (id, account_id, event, url, payload, state, attempts, history, ended_at)
     VALUES (?, ?, 'INTERACTION_INGESTED', 'https://hooks.example.test/cqa', '{}', 'failed', 3, ?, NOW(3))`,
    [id, accountId, JSON.stringify([attempt])],
  );
  return uuidText(id);
}

async function makeAlert(services: Services, accountId: number, connectorUid: string): Promise<number> {
  const { pool } = services.database;
  const { id: connectorId } = await getConnector(services, accountId, connectorUid);
  const name = { accountId, connectorId, kind: 'expected_file', subject: Buffer.alloc(32, 7) } as const;
  await raiseAlert(pool, name, { message: 'It has not come.', details: {} });
  return (await listOpenAlerts(pool, accountId))[0]?.id ?? 0;
}

async function makeCampaign(
  services: Services,
  accountId: number,
  n: number,
): Promise<Pick<Belongings, 'campaign' | 'campaignImport'>> {
  const { id } = await createCampaign(services, accountId, { name: `campaign ${n}` }, by);
  const { rowId } = await requireCampaign(services, accountId, id);
  const importId = newId();
  const { pool } = services.database;
  await insertImport(pool, { id: importId, accountId, campaignId: rowId, settings: {}, createdBy: by });
  const file = { accountId, importId, kind: 'audio' as const, byteSize: 5 };
  await insertFile(pool, { ...file, id: newId(), name: 'a.wav' });
  const here = newId();
  await insertFile(pool, { ...file, id: here, name: 'b.wav' });
  await updateFile(pool, { accountId, id: here }, { state: 'uploaded' });
  return { campaign: id, campaignImport: uuidText(importId) };
}

async function makePart(services: Services, accountId: number, executionId: Buffer): Promise<number> {
  const storageKey = `reports/${uuidText(executionId)}/1`;
  await services.storage.put(storageKey, Readable.from([report]));
  const [result] = await services.database.pool.query(
    "INSERT INTO report_part (account_id, execution_id, part, file_name, storage_key, row_count, byte_size, sha256) VALUES (?, ?, 1, 'scores.csv', ?, 1, ?, ?)",
    [accountId, executionId, storageKey, report.length, Buffer.alloc(32)],
  );
  return (result as { insertId: number }).insertId;
}
