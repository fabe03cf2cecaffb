import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { cancelForgottenImports } from '../../../server/campaigns/tidy.ts';
import { settingsOf } from '../../harness/services.ts';
import { type Door, openDoor } from '../web/door.ts';
import { call, type Kit, openKit } from './kit.ts';

const program = fileURLToPath(new URL('./child.js', import.meta.url));

describe('finishing a manual import', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  const csv = (...lines: string[]) => Buffer.from(`${lines.join('\n')}\n`);
  const filesInStorage = () =>
    readdirSync(fileURLToPath(door.services.config.storageUrl), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.parentPath.includes('.partial'),
    ).length;

  async function work(kind: string, accountId: number): Promise<number> {
    const [rows] = await door.services.database.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS n FROM work WHERE kind = ? AND account_id = ?',
      [kind, accountId],
    );
    return rows[0]?.n;
  }

  it('makes each recording a conversation of the campaign, with what form, campaign and CSV say of it, and queues its analysis', async () => {
    const kit = await openKit(door, {
      settings: { defaults: { team_name: 'North', language: 'en', metadata: { queue: 'Orders', site: 'Pune' } } },
    });
    const id = await kit.createImport();
    for (const name of ['a.wav', 'Monday/B.WAV', 'c.wav']) await kit.upload(id, name, call);
    await kit.upload(
      id,
      'calls.csv',
      csv(
        'File,Agent_Email,language,external_interaction_id,interaction_start_time,campaign_id',
        'A.WAV,asha@example.com,hi,CALL-1,2026-11-03T09:15:00,elsewhere',
        'recordings/b.wav,,,,,',
        'nowhere.wav,,,,,',
        'c.wav,,,,not a time,',
      ),
    );
    const settings = { agent_name: 'Ravi', start_time: '2026-11-01T10:00', metadata: { site: 'Delhi' } };
    await kit.finish(id, settings);
    await kit.work();

    const [b, a] = await kit.interactions();
    expect(a?.externalId).to.equal('CALL-1');
    const mark = { campaign: 'Orders', campaign_id: kit.campaign };
    const common = { ...mark, agent_name: 'Ravi', queue: 'Orders', site: 'Delhi', team_name: 'North' };
    expect(a?.metadata).to.deep.equal({ ...common, agent_email: 'asha@example.com' });
    expect(a?.row.language).to.equal('hi');
    expect(a?.row.interaction_start_time.toISOString()).to.equal('2026-11-03T03:45:00.000Z');
    expect(b?.externalId).to.equal('B.WAV');
    expect(b?.metadata).to.deep.equal(common);
    expect([b?.row.language, b?.row.channel_type, b?.row.source]).to.deep.equal(['en', 'VOICE', 'manual import']);
    expect(b?.row.interaction_start_time.toISOString()).to.equal('2026-11-01T04:30:00.000Z');
    expect(b?.row.reference).to.equal('Monday/B.WAV');
    expect(await kit.interactions()).to.have.length(2);
    expect(await work('analyse', kit.account.id)).to.equal(2);

    const { state, files, report } = await kit.importRow(id);
    expect(state).to.equal('done');
    expect(files).to.include({ total: 3, imported: 2, failed: 1 });
    expect(report).to.include({ rows: 4, matched: 3 });
    expect(report?.problems.map(({ line, file }) => [line, file])).to.deep.equal([
      [4, 'nowhere.wav'],
      [5, 'c.wav'],
    ]);
    const failed = await kit.ask('importFiles', { id, states: ['failed'] });
    expect(failed.text).to.contain('Line 5 of calls.csv').and.to.contain('interaction_start_time');
  });

  it('tells what was dropped twice or is there already, and doubles nothing', async () => {
    const kit = await openKit(door);
    const first = await kit.createImport();
    await kit.upload(first, 'one.wav', call);
    await kit.upload(first, 'one.wav', call, 'dropped a second time');
    await kit.finish(first);
    await kit.work();
    expect((await kit.importRow(first)).files).to.include({ imported: 1, duplicate: 1 });
    const stored = filesInStorage();
    const second = await kit.createImport();
    await kit.upload(second, 'folder/one.wav', call);
    await kit.upload(second, 'two.wav', call);
    await kit.finish(second);
    await kit.work();
    expect((await kit.importRow(second)).files).to.include({ imported: 1, duplicate: 1 });
    const told = await kit.ask('importFiles', { id: second, states: ['duplicate'] });
    expect(told.text).to.contain('is there already').and.to.contain('rename the file');
    expect((await kit.interactions()).map(({ externalId }) => externalId)).to.deep.equal(['one.wav', 'two.wav']);
    expect(filesInStorage(), 'one recording more').to.equal(stored + 1);
  });

  it('asks for the folder where a name alone means several recordings', async () => {
    const kit = await openKit(door);
    const id = await kit.createImport();
    await kit.upload(id, 'monday/1.wav', call);
    await kit.upload(id, 'tuesday/1.wav', call);
    await kit.upload(
      id,
      'x.csv',
      csv('file_name,external_interaction_id', '1.wav,A', 'tuesday/1.wav,B', 'tuesday/1.wav,C'),
    );
    await kit.finish(id);
    await kit.work();
    expect((await kit.interactions()).map(({ externalId }) => externalId)).to.deep.equal(['1.wav', 'B']);
    const { report } = await kit.importRow(id);
    expect(report?.problems.map(({ reason }) => reason)).to.deep.equal([
      'Several recordings are called "1.wav"; name it with its folder, such as monday/1.wav.',
      'Line 3 names this recording already.',
    ]);
  });

  it('imports nothing with a CSV that cannot be read, and goes on with a mended one', async () => {
    const kit = await openKit(door);
    const id = await kit.createImport();
    await kit.upload(id, 'a.wav', call);
    await kit.upload(id, 'broken.csv', csv('agent,team', 'Asha,North'));
    await kit.finish(id);
    await kit.work();
    const { state, failure } = await kit.importRow(id);
    expect([state, failure?.code]).to.deep.equal(['open', 'missing_columns']);
    expect(failure?.message).to.contain('broken.csv').and.to.contain('file_name');
    expect(await kit.interactions()).to.have.length(0);
    await kit.upload(id, 'mended.csv', csv('file,agent_name', 'a.wav,Asha'));
    await kit.finish(id);
    await kit.work();
    expect((await kit.interactions())[0]?.metadata).to.include({ agent_name: 'Asha' });
    expect((await kit.importRow(id)).failure).to.equal(null);
  });

  it('ends a file that is no recording, or not complete, by itself', async () => {
    const kit = await openKit(door);
    const id = await kit.createImport();
    await kit.upload(id, 'good.wav', call);
    const cut = await kit.start(id, 'cut.wav', call.length);
    await kit.patch(cut, call.subarray(0, 5000), 0);
    // Too short to be judged when it came.
    const short = await kit.start(id, 'short.mp3', 40);
    await kit.patch(short, Buffer.from('not a recording at all, '), 0);
    const end = await kit.patch(short, Buffer.from('sixteen letters.'), 24);
    expect(end.status).to.equal(204);
    const refused = await kit.finish(id);
    expect([refused.status, refused.error?.data.code]).to.deep.equal([409, 'conflict']);
    expect((await kit.finish(id, {}, true)).status).to.equal(200);
    await kit.work();
    expect((await kit.importRow(id)).files).to.include({ total: 3, imported: 1, failed: 2, uploading: 0 });
    const told = await kit.ask('importFiles', { id, states: ['failed'] });
    expect(told.text).to.contain('not uploaded completely').and.to.contain('plain text');
  });

  it('leaves nothing in storage but the recordings', async () => {
    const kit = await openKit(door);
    const before = filesInStorage();
    const id = await kit.createImport();
    for (const name of ['1.wav', '2.wav']) await kit.upload(id, name, call);
    await kit.upload(id, 'x.csv', csv('file', '1.wav'));
    await kit.finish(id);
    await kit.work();
    expect(filesInStorage()).to.equal(before + 2);
    const cancelled = await kit.createImport();
    await kit.upload(cancelled, '3.wav', call);
    await kit.tell('cancelImport', { id: cancelled });
    await kit.work();
    expect(filesInStorage()).to.equal(before + 2);
    expect((await kit.importRow(cancelled)).files).to.include({ cancelled: 1 });
  });

  it("stops at the account's cap, stays open, and goes on when there is room", async () => {
    const kit = await openKit(door);
    await setAccount(door.services, kit.account.uid, { dailyCap: 1 });
    const id = await kit.createImport();
    for (const name of ['1.wav', '2.wav', '3.wav']) await kit.upload(id, name, call);
    await kit.finish(id);
    await kit.work();
    const stopped = await kit.importRow(id);
    expect([stopped.state, stopped.failure?.code]).to.deep.equal(['open', 'conversation_cap_exceeded']);
    expect(stopped.files).to.include({ imported: 1, uploaded: 2 });
    await setAccount(door.services, kit.account.uid, { dailyCap: null });
    await kit.finish(id);
    await kit.work();
    expect((await kit.importRow(id)).files).to.include({ imported: 3 });
    expect(await kit.interactions()).to.have.length(3);
  });

  it('removes with a file that is taken back what was stored of it already, unless its conversation is here', async () => {
    const kit = await openKit(door);
    const before = filesInStorage();
    await setAccount(door.services, kit.account.uid, { dailyCap: 1 });
    const id = await kit.createImport();
    const files = [await kit.upload(id, '1.wav', call), await kit.upload(id, '2.wav', call)];
    await kit.finish(id);
    await kit.work();
    expect((await kit.importRow(id)).files).to.include({ imported: 1, uploaded: 1 });
    expect(filesInStorage(), 'two recordings, and the upload of one').to.equal(before + 3);
    for (const { url } of files)
      expect((await fetch(url, { method: 'DELETE', headers: kit.headers() })).status).to.equal(204);
    expect(filesInStorage()).to.equal(before + 1);
    const [kept] = await kit.interactions();
    expect(await door.services.storage.size(kept?.row.storage_key)).to.equal(call.length);
  });

  it('cancels by itself what nobody has touched for a day, and removes it', async () => {
    const { pool } = door.services.database;
    const kit = await openKit(door);
    const before = filesInStorage();
    const [old, young] = [await kit.createImport(), await kit.createImport()];
    for (const id of [old, young]) await kit.upload(id, 'a.wav', call);
    await pool.query('UPDATE campaign_import SET created_at = NOW(3) - INTERVAL 25 HOUR WHERE account_id = ?', [
      kit.account.id,
    ]);
    await pool.query(
      `UPDATE campaign_import_file SET updated_at = NOW(3) - INTERVAL 25 HOUR
        WHERE account_id = ? AND import_id = UNHEX(REPLACE(?, '-', ''))`,
      [kit.account.id, old],
    );
    await cancelForgottenImports(pool);
    await kit.work();
    expect((await kit.importRow(old)).state).to.equal('cancelled');
    expect((await kit.importRow(old)).failure?.message).to.contain('24 hours');
    expect((await kit.importRow(young)).state).to.equal('open');
    expect(filesInStorage()).to.equal(before + 1);
  });

  it('ends, after a worker was killed in the middle, exactly as one that was never disturbed', async () => {
    const kit = await openKit(door);
    const before = filesInStorage();
    const id = await kit.createImport();
    const names = Array.from({ length: 80 }, (_, index) => `call-${String(index).padStart(2, '0')}.wav`);
    for (const name of names) await kit.upload(id, name, call);
    await kit.upload(id, 'x.csv', csv('file,agent_name', ...names.map((name) => `${name},Agent of ${name}`)));
    await kit.finish(id);
    for (const kills of [5, 12]) await killedAfter(kit, id, kills);
    const midway = (await kit.importRow(id)).files.imported ?? 0;
    expect(midway).to.be.within(5, 79);
    await kit.work();
    expect((await kit.importRow(id)).files).to.include({ total: 80, imported: 80, duplicate: 0, failed: 0 });
    const interactions = await kit.interactions();
    expect(interactions.map(({ externalId }) => externalId)).to.deep.equal(names);
    for (const { externalId, metadata, row } of interactions) {
      expect(metadata.agent_name).to.equal(`Agent of ${externalId}`);
      expect(await door.services.storage.size(row.storage_key)).to.equal(call.length);
    }
    expect(await work('analyse', kit.account.id)).to.equal(80);
    expect(filesInStorage()).to.equal(before + 80);
  });

  /** A worker in a process of its own, ended without a warning when so many recordings are imported. */
  async function killedAfter(kit: Kit, id: string, count: number): Promise<void> {
    const { config, ...settings } = settingsOf(door.services);
    const input = JSON.stringify({ ...settings, config: { ...config, leaseSeconds: 1 } });
    const child: ChildProcess = spawn(process.execPath, [program, input], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = new Promise((resolve) => child.once('close', resolve));
    if (!child.stdout) throw new Error('no pipe');
    for await (const _ of createInterface(child.stdout)) {
      const { imported = 0 } = (await kit.importRow(id)).files;
      if (imported >= count) child.kill('SIGKILL');
    }
    await gone;
    expect(child.signalCode).to.equal('SIGKILL');
  }
});
