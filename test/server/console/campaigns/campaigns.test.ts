import { expect } from 'chai';
import { createUser } from '../../../../server/accounts/users.ts';
import { createCampaign } from '../../../../server/campaigns/campaigns.ts';
import { openSession } from '../../../../server/security/sessions.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount, testPassword } from '../../../harness/services.ts';
import { call, openKit } from '../../campaigns/kit.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { makeInteraction } from '../belongings.ts';

interface Counts {
  counts: Record<string, { interactions: number; analysed: number; failed: number; waiting: number }>;
}

describe('campaigns in the console', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  let users = 0;
  async function supervisorOf(accountId: number, campaigns: string[]): Promise<string> {
    const email = `boss${++users}@example.test`;
    const input = { email, role: 'supervisor' as const, password: testPassword, verified: true, campaigns };
    const { id: userId } = await createUser(door.services, accountId, input);
    return (await openSession(door.services, { accountId, userId, kind: 'embed' })).token;
  }

  it('are for a supervisor those of their scope, to import into and not to change', async () => {
    const { id: accountId } = await testAccount(door.services);
    const create = async (name: string) => (await createCampaign(door.services, accountId, { name }, 'test')).id;
    const [mine, other] = [await create('Mine'), await create('Other')];
    const token = await supervisorOf(accountId, [mine]);
    const list = (await door.query('campaigns.list', undefined, { token })).data as { campaigns: { id: string }[] };
    expect(list).to.deep.include({ may_edit: false });
    expect(list.campaigns.map(({ id }) => id)).to.deep.equal([mine]);
    expect((await door.query('campaigns.get', { id: mine }, { token })).status).to.equal(200);
    expect((await door.query('campaigns.get', { id: other }, { token })).status).to.equal(404);
    expect((await door.mutate('campaigns.createImport', { campaign: mine }, { token })).status).to.equal(200);
    expect((await door.mutate('campaigns.createImport', { campaign: other }, { token })).status).to.equal(404);
    for (const [path, input] of [
      ['create', { name: 'New' }],
      ['update', { id: mine, name: 'New' }],
      ['remove', { id: mine }],
    ] as const)
      expect((await door.mutate(`campaigns.${path}`, input, { token })).status, path).to.equal(403);
    const agent = await signedInAs(door.services, accountId, 'agent');
    expect((await door.query('campaigns.list', undefined, { token: agent.token })).status).to.equal(403);
  });

  it('count what carries their mark, whatever brought it, and tell nobody else’s', async () => {
    const { id: accountId } = await testAccount(door.services);
    const create = async (name: string) => (await createCampaign(door.services, accountId, { name }, 'test')).id;
    const [orders, sales] = [await create('Orders'), await create('Sales')];
    for (const [index, campaign] of [orders, orders, orders, sales].entries())
      await makeInteraction(door.services, accountId, { externalId: `c${index}`, metadata: { campaign_id: campaign } });
    await makeInteraction(door.services, accountId, {
      externalId: 'none',
      metadata: { note: `"campaign_id" ${orders}` },
    });
    const { pool } = door.services.database;
    const set = (sql: string, id: string) =>
      pool.query(`UPDATE interaction SET ${sql} WHERE account_id = ? AND external_id = ?`, [accountId, id]);
    await set('status = 3', 'c0');
    await set('status = 0', 'c1');
    await set('unanalysed_reason = 0', 'c3');
    const { token } = await signedInAs(door.services, accountId, 'admin');
    const { counts } = (await door.query('campaigns.counts', undefined, { token })).data as Counts;
    expect(counts).to.deep.equal({
      [orders]: { interactions: 3, analysed: 1, failed: 1, waiting: 1 },
      [sales]: { interactions: 1, analysed: 0, failed: 0, waiting: 0 },
    });
    const boss = await supervisorOf(accountId, [sales]);
    const seen = (await door.query('campaigns.counts', undefined, { token: boss })).data as Counts;
    expect(Object.keys(seen.counts)).to.deep.equal([sales]);
  });

  it('are renamed, and deleted only when nothing points to them', async () => {
    const kit = await openKit(door);
    const { id: accountId } = kit.account;
    const id = kit.campaign;
    const version = async () => ((await kit.ask('get', { id })).data as { version: string }).version;
    const settings = { description: 'All of them' };
    expect((await kit.tell('update', { id, version: await version(), name: 'Renamed', settings })).status).to.equal(
      200,
    );
    expect((await kit.ask('get', { id })).data).to.deep.include({ name: 'Renamed' });
    await createCampaign(door.services, accountId, { name: 'Taken' }, 'test');
    const taken = await kit.tell('update', { id, version: await version(), name: 'taken' });
    expect(taken.error?.data).to.include({ code: 'conflict', field: 'name' });
    const refusal = async () => {
      const { status, error } = await kit.tell('remove', { id });
      expect(status).to.equal(409);
      return error?.message;
    };
    await supervisorOf(accountId, [id]);
    expect(await refusal()).to.contain('users are limited to it (boss');
    const { pool } = door.services.database;
    await pool.query("UPDATE user SET campaigns = '[]' WHERE account_id = ?", [accountId]);
    const importId = await kit.createImport();
    expect(await refusal()).to.contain('finish or cancel that first');
    await kit.upload(importId, 'a.wav', call);
    await kit.finish(importId);
    await kit.work();
    expect(await refusal()).to.contain('conversations belong to it');
    await pool.query('DELETE FROM interaction WHERE account_id = ?', [accountId]);
    await pool.query(
      "INSERT INTO assignment_rule (account_id, uid, name, body) VALUES (?, UNHEX(MD5(?)), 'spring', ?)",
      [
        ...[accountId, id],
        JSON.stringify({
          name: 'spring',
          filter_group: [[{ attribute: 'campaign', operator: 'IS', value: 'Renamed' }]],
          assign_quality_profiles: ['Basics'],
        }),
      ],
    );
    expect(await refusal()).to.contain('assignment rules name it (spring)');
    await pool.query('DELETE FROM assignment_rule WHERE account_id = ?', [accountId]);
    expect((await kit.tell('remove', { id })).status).to.equal(200);
    expect((await kit.ask('get', { id })).status).to.equal(404);
  });

  it('preview what a CSV comes to with the files that were dropped, uploaded or not', async () => {
    const kit = await openKit(door);
    const id = await kit.createImport();
    const names = Array.from({ length: 20 }, (_, index) => `call ${index}.wav`);
    const lines = names.slice(0, 18).map((name) => `${name.toUpperCase()},Asha`);
    await kit.upload(id, 'rows.csv', Buffer.from(`file_name,agent\n${lines.join('\n')}\nlost.wav,Ravi\n`));
    await kit.upload(id, 'other.csv', Buffer.from('agent\nAsha\n'));
    const { data } = await kit.tell('previewSheets', { id, names });
    expect(data).to.deep.include({ files: 20, files_matched: 18, rows: 19, problemCount: 1 });
    expect((data as { unreadable: { sheet: string }[] }).unreadable.map(({ sheet }) => sheet)).to.deep.equal([
      'other.csv',
    ]);
  });

  it('announce how an import goes', async () => {
    const kit = await openKit(door);
    const seen: string[] = [];
    const stop = new AbortController();
    const answer = await fetch(`${door.url}/trpc/changes.watch`, {
      headers: { authorization: `Bearer ${kit.token}`, accept: 'text/event-stream' },
      signal: stop.signal,
    });
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const bytes of answer.body ?? []) seen.push(decoder.decode(bytes));
    })().catch(() => undefined);
    const told = () => seen.join('').split('"topic":"campaigns"').length - 1;
    await eventually('an upload is told', async () => {
      await kit.upload(await kit.createImport(), 'a.wav', call);
      return told() > 0;
    });
    stop.abort();
    await reading;
  });
});
