import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { createCampaign } from '../../../server/campaigns/campaigns.ts';
import { manualImportHandler } from '../../../server/campaigns/finish/handler.ts';
import { serve } from '../../../server/worker/serve.ts';
import type { CampaignInput, ImportSettings } from '../../../shared/campaign.ts';
import { eventually } from '../../harness/eventually.ts';
import { packageRoot } from '../../harness/product.ts';
import { testAccount } from '../../harness/services.ts';
import { type Answer, type Door, signedInAs } from '../web/door.ts';

/** A real call of a few seconds. */
export const call = readFileSync(join(packageRoot, 'test/samples/alaw.wav'));

export const tusVersion = { 'tus-resumable': '1.0.0' };

export interface Uploaded {
  /** Its address at the door. */
  url: string;
  id: string;
}

export interface ImportRow {
  state: string;
  files: Record<string, number>;
  failure: { code: string; message: string } | null;
  report: { rows: number; matched: number; problems: { line: number; file: string; reason: string }[] } | null;
}

/** A person of an account with a campaign, and what they do at the doors. */
export type Kit = Awaited<ReturnType<typeof openKit>>;

export async function openKit(door: Door, input: Partial<CampaignInput> = {}) {
  const account = await testAccount(door.services);
  const { token } = await signedInAs(door.services, account.id, 'admin');
  const campaign = (await createCampaign(door.services, account.id, { name: 'Orders', ...input }, 'test')).id;
  const { pool } = door.services.database;

  async function ask(path: string, value?: unknown): Promise<Answer> {
    return door.query(`campaigns.${path}`, value, { token });
  }
  async function tell(path: string, value: unknown): Promise<Answer> {
    return door.mutate(`campaigns.${path}`, value, { token });
  }

  async function createImport(settings: ImportSettings = {}): Promise<string> {
    const { data, text } = await tell('createImport', { campaign, settings });
    if (!data) throw new Error(text);
    return (data as { import_id: string }).import_id;
  }

  const uploads = (path = '') => `${door.url}/campaign-uploads${path}`;

  /** POST: the answer, whatever it is. */
  function announce(
    importId: string,
    name: string,
    length: number,
    { key = name, as = token }: { key?: string; as?: string } = {},
  ): Promise<Response> {
    const metadata = { import: importId, name, key };
    return fetch(uploads(), {
      method: 'POST',
      headers: { ...headersOf(as), 'upload-length': String(length), 'upload-metadata': metadataText(metadata) },
    });
  }

  async function start(importId: string, name: string, length: number, key?: string): Promise<Uploaded> {
    const answer = await announce(importId, name, length, key === undefined ? {} : { key });
    const location = answer.headers.get('location');
    if (answer.status !== 201 || !location) throw new Error(`${answer.status} ${await answer.text()}`);
    return { url: door.url + location, id: location.slice(location.lastIndexOf('/') + 1) };
  }

  function patch({ url }: Uploaded, bytes: Buffer, offset: number, as = token): Promise<Response> {
    const headers = {
      ...headersOf(as),
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    };
    return fetch(url, { method: 'PATCH', headers, body: new Uint8Array(bytes) });
  }

  async function head({ url }: Uploaded, as = token): Promise<{ status: number; offset: number }> {
    const answer = await fetch(url, { method: 'HEAD', headers: headersOf(as) });
    return { status: answer.status, offset: Number(answer.headers.get('upload-offset') ?? -1) };
  }

  /** The whole file in one go. */
  async function upload(importId: string, name: string, bytes: Buffer, key?: string): Promise<Uploaded> {
    const uploaded = await start(importId, name, bytes.length, key);
    const answer = await patch(uploaded, bytes, 0);
    if (answer.status !== 204) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return uploaded;
  }

  async function finish(id: string, settings: ImportSettings = {}, withoutUnfinished = false): Promise<Answer> {
    return tell('finishImport', { id, settings, without_unfinished: withoutUnfinished });
  }

  async function importRow(id: string): Promise<ImportRow> {
    return (await ask('import', { id })).data as ImportRow;
  }

  /** A worker in this process does what waits, until no manual import waits any more. */
  async function work(): Promise<void> {
    const serving = serve(door.services, [manualImportHandler(door.services)], { pollMs: 20 });
    await eventually('finished', async () => {
      const [rows] = await pool.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM work WHERE kind = 'manual_import'");
      return rows[0]?.n === 0;
    });
    await serving.stop();
  }

  async function interactions(): Promise<
    { externalId: string; metadata: Record<string, unknown>; row: RowDataPacket }[]
  > {
    const [rows] = await pool.query<RowDataPacket[]>(
      'SELECT i.*, r.storage_key, r.byte_size, HEX(r.sha256) AS sha256, r.reference FROM interaction i LEFT JOIN recording r ON r.interaction_id = i.id WHERE i.account_id = ? ORDER BY i.external_id',
      [account.id],
    );
    return rows.map((row) => ({ externalId: row.external_id.toString(), metadata: JSON.parse(row.metadata), row }));
  }

  return {
    ...{ account, token, campaign, ask, tell, createImport, uploads, announce, start, patch, head, upload, finish },
    ...{ importRow, work, interactions, headers: () => headersOf(token) },
  };
}

export function headersOf(token: string): Record<string, string> {
  return { ...tusVersion, authorization: `Bearer ${token}` };
}

export function metadataText(metadata: Record<string, string>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}
