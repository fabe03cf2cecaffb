import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RowDataPacket } from 'mysql2/promise';
import { parseUuid, uuidText } from '../../../db/uuid.ts';
import { createCampaign } from '../../../server/campaigns/campaigns.ts';
import type { Services } from '../../../server/services.ts';
import type { ApiClient } from '../../harness/api.ts';
import { makeBelongings, report } from '../console/belongings.ts';
import { sampleFolder, seedAnalysis, seedInteraction, seedProfile } from '../reports/seed.ts';

/** Something of every kind that the API names by an id. */
export interface Things {
  externalId: string;
  interaction: string;
  batch: string;
  analysis: string;
  profile: string;
  execution: string;
  report: string;
  campaign: string;
}

/** Words that only this account has: they must not be found in another's answers. */
export function secretsOf(things: Things): string[] {
  return Object.values(things);
}

let made = 0;

export async function makeThings(
  services: Services,
  { account: { id }, key }: ApiClient,
  addressOf: (path: string) => string,
): Promise<Things> {
  const n = ++made;
  const { pool } = services.database;
  const { execution, exportExecution } = await makeBelongings(services, id);
  await pool.query('UPDATE report_part SET sha256 = ? WHERE account_id = ?', [
    createHash('sha256').update(report).digest(),
    id,
  ]);
  await seedProfile(services, id, `Secret profile ${n}`, { Greeting: { kind: 'manual' } });
  const externalId = `secret-call-${n}`;
  const interaction = await seedInteraction(services, id, { externalId, metadata: { secret: `metadata-${n}` } });
  await seedAnalysis(services, id, interaction.id, { profile: `Secret profile ${n}` });
  const one = async (sql: string) =>
    uuidText(((await pool.query<RowDataPacket[]>(sql, [id]))[0][0] as RowDataPacket).uid);
  return {
    externalId,
    interaction: uuidText(interaction.id),
    batch: await makeBatch(addressOf('/ingress/interactions/batch'), key, `secret-batch-${n}`),
    analysis: await one('SELECT id AS uid FROM analysis WHERE account_id = ?'),
    profile: await one('SELECT uid FROM quality_profile WHERE account_id = ?'),
    execution,
    report: exportExecution,
    campaign: (await createCampaign(services, id, { name: `Secret campaign ${n}` }, 'test')).id,
  };
}

async function makeBatch(address: string, key: string, externalId: string): Promise<string> {
  const item = { external_interaction_id: externalId, channel_type: 'CHAT', transcript_text: 'Agent: Hello.' };
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ interactions: [item] }),
  });
  const { data } = (await response.json()) as { data: { id: string } };
  if (!parseUuid(data.id)) throw new Error('the batch was not taken');
  return data.id;
}

export function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([readFileSync(new URL('mono.wav', sampleFolder))]), 'call.wav');
  return form;
}
