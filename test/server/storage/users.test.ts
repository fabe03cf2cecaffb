import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { newId } from '../../../db/uuid.ts';
import { connectorType } from '../../../server/connectors/registry.ts';
import { openInboxFolder } from '../../../server/inbox/folder.ts';
import { startInboxServer } from '../../../server/inbox/server.ts';
import { runExport } from '../../../server/pipeline/export.ts';
import type { Services } from '../../../server/services.ts';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { testServices } from '../../harness/services.ts';
import { startSshd } from '../../harness/sshd.ts';
import { wav } from '../api/multipart/form-server.ts';
import { inboxPassword, makeInbox, sftp } from '../inbox/inboxes.ts';
import { claimed, reportConfig, seedAnalysis, seedExecution, seedInteraction, seedProfile } from '../reports/seed.ts';
import { signedInAs } from '../web/door.ts';
import { type BucketStore, openBucket } from './stores.ts';

describe('with its storage in S3 the product', () => {
  let store: BucketStore;
  let services: Services;
  let api: ApiServer;
  before(async () => {
    store = await openBucket();
    services = await testServices({ storageUrl: store.url });
    api = await apiServer(services);
  });
  after(async () => {
    await api.close();
    await services.close();
    await store.close();
  });

  it('takes a recording over its API and plays any part of it', async () => {
    const recording = wav(10_000_000);
    recording.set(randomBytes(9_000_000), 1000);
    const form = new FormData();
    form.set('external_interaction_id', 'call-1');
    form.set('file', new Blob([recording]), 'call.wav');
    const taken = await api.call<{ interaction_id: string }>('POST', '/ingress/interactions/audio', { body: form });
    expect(taken.status, taken.text).to.equal(201);
    const { token } = await signedInAs(services, api.account.id, 'admin');
    const input = encodeURIComponent(JSON.stringify({ id: taken.data.interaction_id, position: 0 }));
    const asked = await fetch(`${api.url}/trpc/analyses.media?input=${input}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { result } = (await asked.json()) as { result: { data: { url: string } } };
    const play = async (range?: string) =>
      fetch(`${api.url}${result.data.url}`, { headers: range === undefined ? {} : { range } });
    const whole = await play();
    expect(whole.status).to.equal(200);
    expect(Buffer.from(await whole.arrayBuffer()).equals(recording)).to.equal(true);
    for (const [from, to] of [
      [0, 9],
      [5_000_000, 5_400_000],
      [9_999_990, 9_999_999],
    ] as const) {
      const answer = await play(`bytes=${from}-${to}`);
      expect(answer.status).to.equal(206);
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(bytes.equals(recording.subarray(from, to + 1)), `${from}–${to}`).to.equal(true);
    }
    expect((await play('bytes=10000000-')).status).to.equal(416);
  });

  it('keeps nothing of an upload over its API that is no recording', async () => {
    const before = await store.keys();
    const form = new FormData();
    form.set('external_interaction_id', 'call-2');
    form.set('file', new Blob([randomBytes(100_000)]), 'call.wav');
    const { status } = await api.call('POST', '/ingress/interactions/audio', { body: form });
    expect(status).to.equal(400);
    expect(await store.keys()).to.deep.equal(before);
    expect(await store.unfinished()).to.equal(0);
  });

  it('takes files into an inbox and gives them back', async () => {
    const delays = { wrongPasswordMs: 50, wrongKeyMs: 10 };
    const inbox = await startInboxServer(services, { port: 0, host: '127.0.0.1', delays });
    const { username } = await makeInbox(services, api.account.id);
    const content = randomBytes(20_000_000);
    const folder = scratchFolder('sent');
    writeFileSync(join(folder, 'calls.csv'), content);
    const login = { port: inbox.port, username, password: inboxPassword };
    const put = await sftp(login, [
      `put ${join(folder, 'calls.csv')} calls.csv`,
      `get calls.csv ${join(folder, 'back')}`,
    ]);
    expect(put.code, put.output).to.equal(0);
    expect(readFileSync(join(folder, 'back')).equals(content)).to.equal(true);
    const seen = await openInboxFolder(services, api.account.id, { username });
    expect((await seen.find('calls.csv'))?.isComplete).to.equal(true);
    await inbox.close();
  });

  it('writes a report and delivers it', async () => {
    const accountId = api.account.id;
    const sshd = await startSshd();
    await seedProfile(services, accountId, 'Basics', { Manual: { kind: 'manual' } });
    const { id } = await seedInteraction(services, accountId, { externalId: 'CALL-1' });
    await seedAnalysis(services, accountId, id, { profile: 'Basics', points: 1 });
    const type = connectorType('sftp');
    const config = type.config.parse({
      ...{ host: sshd.host, port: sshd.port, username: sshd.username, host_key: sshd.hostKeyFingerprint },
      credential: { type: 'ssh_key', private_key: sshd.privateKey },
      directory: sshd.directory,
    });
    const [made] = await services.database.pool.query(
      "INSERT INTO connector (account_id, uid, name, direction, type, config, created_by) VALUES (?, ?, 'results', 'export', 'sftp', '{}', 'test')",
      [accountId, newId()],
    );
    const execution = await seedExecution(services, accountId);
    await services.database.pool.query("UPDATE execution SET created_at = '2026-11-03 06:00:30' WHERE id = ?", [
      execution,
    ]);
    const outcome = await runExport({
      ...{ services, id: execution, accountId, report: reportConfig(), signal: new AbortController().signal },
      connectors: [
        {
          ...{ id: (made as { insertId: number }).insertId, accountId, name: 'results', timezone: 'Asia/Kolkata' },
          ...{ type, config, isEnabled: true },
        },
      ],
      work: await claimed(services, 'execute', accountId, execution),
      step: async () => undefined,
      delivering: async () => undefined,
      pause: async () => undefined,
      log: () => undefined,
      progress: () => undefined,
    });
    expect(outcome).to.deep.equal({ status: 'success', rows: 1, parts: 1 });
    const [delivered = ''] = readdirSync(sshd.directory);
    expect(delivered).to.match(/^weekly-report-20261103-1130-[0-9a-f]{6}\.csv$/);
    const text = readFileSync(join(sshd.directory, delivered), 'utf8');
    expect(text).to.equal('external_interaction_id,final_score\r\nCALL-1,1\r\n');
    await sshd.stop();
  });
});
