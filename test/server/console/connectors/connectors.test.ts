import { expect } from 'chai';
import { followExecution } from '../../../../db/queries/execution-connectors.ts';
import { parseUuid } from '../../../../db/uuid.ts';
import { testAccount } from '../../../harness/services.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { makeBelongings, password, sftpConnector } from '../belongings.ts';

describe('connectors in the console', () => {
  let door: Door;
  let accountId: number;
  let token: string;
  before(async () => {
    door = await openDoor();
    accountId = (await testAccount(door.services)).id;
    token = (await signedInAs(door.services, accountId, 'admin')).token;
  });
  after(() => door.close());

  const query = (path: string, input?: unknown) => door.query(path, input, { token });
  const mutate = (path: string, input?: unknown) => door.mutate(path, input, { token });
  const created = async (name: string) => {
    const answer = await mutate('connectors.create', sftpConnector(name, 'import'));
    expect(answer.status, answer.text).to.equal(200);
    return (answer.data as { uid: string }).uid;
  };

  it('have a form that marks every secret and knows its fields', async () => {
    const types = (await query('connectorTypes.list')).data as {
      id: string;
      form: { properties: Record<string, { title?: string }>; required: string[] };
      secrets: string[];
    }[];
    const sftp = types.find(({ id }) => id === 'sftp');
    expect(sftp?.secrets).to.include('credential.password');
    expect(sftp?.form.properties.host?.title).to.equal('Host');
    expect(sftp?.form.required).to.include('host').and.not.to.include('port');
    expect(JSON.stringify(sftp?.form)).to.contain('"secret":true');
  });

  it('that mail reports say what the links in their mails are, and what is to be looked at', async () => {
    const links = async () => {
      const types = (await query('connectorTypes.list')).data as { id: string; mail_links: unknown }[];
      expect(types.filter(({ mail_links }) => mail_links !== null).map(({ id }) => id)).to.deep.equal(['email']);
      return types.find(({ id }) => id === 'email')?.mail_links;
    };
    const { config } = door.services;
    expect(await links())
      .to.have.property('warning')
      .that.contains('sets CQA_EMAIL_FROM');
    const before = { emailFrom: config.emailFrom, publicUrl: config.publicUrl };
    Object.assign(config, { emailFrom: 'cqa@cqa.example', publicUrl: 'https://cqa.example' });
    try {
      const message = 'Links in mails lead to https://cqa.example and are good for seven days.';
      expect(await links()).to.deep.equal({ message, warning: null });
    } finally {
      Object.assign(config, before);
    }
  });

  it('come back without their secrets, which are named as kept', async () => {
    const uid = await created('calls');
    const answer = await query('connectors.get', { uid });
    expect(answer.data).to.deep.include({ kept_secrets: ['credential.password'] });
    expect(answer.text).not.to.contain(password);
    expect(answer.data).not.to.have.property('id');
  });

  it('keep their secrets when a form leaves them out', async () => {
    const uid = await created('kept');
    const { config, ...rest } = sftpConnector('kept', 'import');
    const { version } = (await query('connectors.get', { uid })).data as { version: string };
    const change = {
      ...rest,
      uid,
      version,
      config: { ...config, directory: '/elsewhere', credential: { type: 'password' } },
    };
    expect((await mutate('connectors.update', change)).data).to.deep.equal({ change: 'updated' });
    const after = (await query('connectors.get', { uid })).data as {
      kept_secrets: string[];
      config: { directory: string };
    };
    expect(after.kept_secrets).to.deep.equal(['credential.password']);
    expect(after.config.directory).to.equal('/elsewhere');
  });

  it('are never changed by a form that makes a new one', async () => {
    await created('taken');
    const answer = await mutate('connectors.create', sftpConnector('taken', 'import'));
    expect(answer.status).to.equal(409);
    expect(answer.error?.data).to.include({ code: 'conflict', field: 'name' });
  });

  it('are told what is wrong at the field of the form', async () => {
    const input = sftpConnector('wrong', 'import');
    const answer = await mutate('connectors.create', { ...input, config: { ...input.config, directory: '' } });
    expect(answer.error?.data).to.include({ code: 'invalid', field: 'config.directory' });
    const nameless = await mutate('connectors.create', { ...input, name: ' ' });
    expect(nameless.error?.data).to.include({ code: 'invalid', field: 'name' });
  });

  it('answer a check that fails as a result in words, and show it on their card', async () => {
    const uid = await created('checked');
    const answer = await mutate('connectors.check', { uid });
    expect(answer.data).to.include({ ok: false });
    const cards = (await query('connectors.list', { direction: 'import' })).data as {
      uid: string;
      last_check: unknown;
    }[];
    expect(cards.find((card) => card.uid === uid)?.last_check).to.include({ ok: false });
  });

  it('show their last run and when data last came', async () => {
    const own = await makeBelongings(door.services, accountId);
    const { pool } = door.services.database;
    await pool.query(
      "UPDATE execution SET status = 'success', rows_listed = 3, rows_imported = 3, ended_at = '2026-01-02 03:04:05' WHERE account_id = ?",
      [accountId],
    );
    const newest = own.failedExecution;
    await followExecution(pool, accountId, parseUuid(newest) ?? Buffer.alloc(0));
    const cards = (await query('connectors.list', {})).data as {
      uid: string;
      last_run: unknown;
      last_data_at: string;
    }[];
    const card = cards.find(({ uid }) => uid === own.connector);
    expect(card?.last_run).to.deep.equal({
      ...{ execution_id: newest, status: 'success', at: '2026-01-02T03:04:05.000Z' },
    });
    expect(card?.last_data_at).to.equal('2026-01-02T03:04:05.000Z');
  });

  it('say what deleting does before it is done, and are gone afterwards', async () => {
    const own = await makeBelongings(door.services, accountId);
    const told = (await query('connectors.removal', { uid: own.connector })).data as {
      jobs: string[];
      executions: number;
    };
    expect(told.jobs).to.have.length(1);
    expect(told.executions).to.equal(2);
    await mutate('connectors.remove', { uid: own.connector });
    expect((await query('connectors.get', { uid: own.connector })).status).to.equal(404);
    expect((await query('executions.get', { id: own.execution })).status).to.equal(200);
  });
});
