import { expect } from 'chai';
import { rememberHostKey } from '../../../db/queries/connectors.ts';
import { createCampaign } from '../../../server/campaigns/campaigns.ts';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { getConnector, saveConnector } from '../../../server/configuration/connectors.ts';
import { saveJob } from '../../../server/configuration/jobs-save.ts';
import { createSavedFilter } from '../../../server/reports/saved-filters.ts';
import { testAccount } from '../../harness/services.ts';
import { type Answer, type Door, openDoor, signedInAs } from '../web/door.ts';
import { by, importJob, password, sftpConnector } from './belongings.ts';

type Read = Record<string, unknown> & { version: string };

/** Something that several people may have open. */
interface Thing {
  what: string;
  read(): Promise<Read>;
  /** One of two contents, as a form that was opened with `opened` saves it. */
  save(opened: Read, content: 'one' | 'other', token: string): Promise<Answer>;
  /** What `save` wrote, read off what is there. */
  contentOf(read: Read): unknown;
  /** How the refusal names it. */
  name: string | RegExp;
}

describe('what two people have open', () => {
  let door: Door;
  let accountId: number;
  let ada: { id: number; token: string };
  let bob: { token: string };
  let uids: { job: string; connector: string; filter: string; campaign: string; phone: string };

  before(async () => {
    door = await openDoor();
  });
  beforeEach(async () => {
    const { services } = door;
    accountId = (await testAccount(services)).id;
    ada = await signedInAs(services, accountId, 'admin');
    bob = await signedInAs(services, accountId, 'admin');
    const connector = (await saveConnector(services, accountId, sftpConnector('calls', 'import'), { by })).uid;
    const job = (await saveJob(services, accountId, importJob('nightly', 'calls'), { by })).uid;
    const filter = { name: 'mine', is_shared: true, filter: {} };
    const config = { account_sid: 'acme1', api_key: 'key', api_token: 'token' };
    await saveConnector(services, accountId, { name: 'phone', direction: 'import', type: 'exolite', config }, { by });
    uids = {
      ...{ job, connector, phone: await jobUid('phone') },
      filter: (await createSavedFilter(services, accountId, { id: ada.id, role: 'admin' }, filter)).uid,
      campaign: (await createCampaign(services, accountId, { name: 'spring' }, by)).id,
    };
  });
  after(() => door.close());

  const query = async <T>(path: string, input?: unknown) =>
    (await door.query(path, input, { token: ada.token })).data as T;
  const jobUid = async (name: string) =>
    (await query<{ uid: string; name: string }[]>('jobs.list')).find((job) => job.name === name)?.uid ?? '';
  const mutate = (path: string, input: unknown, token: string) => door.mutate(path, input, { token });
  const readJob = () => query<Read>('jobs.get', { uid: uids.job });
  const readConnector = () => query<Read>('connectors.get', { uid: uids.connector });

  const times = { one: '03:00', other: '04:00' };
  const folders = { one: '/first', other: '/second' };
  const connectorIn = (directory: string) => {
    const { config, ...rest } = sftpConnector('calls', 'import');
    return { ...rest, config: { ...config, credential: { type: 'password' }, directory } };
  };
  const jobAt = (at: string) => ({ ...importJob('nightly', 'calls'), schedule: { frequency: 'daily', at } });

  const things: Thing[] = [
    {
      what: 'a job',
      name: '"nightly"',
      read: readJob,
      save: ({ version }, content, token) =>
        mutate('jobs.update', { ...jobAt(times[content]), uid: uids.job, version }, token),
      contentOf: ({ schedule }) => Object.entries(times).find(([, at]) => at === (schedule as { at: string }).at)?.[0],
    },
    {
      what: 'the alerts of a job that the product made',
      name: '"phone"',
      read: () => query<Read>('jobs.get', { uid: uids.phone }),
      save: ({ version }, content, token) =>
        mutate('alerts.setJob', { uid: uids.phone, version, alerts: { emails: [`${content}@example.test`] } }, token),
      contentOf: ({ alerts }) => (alerts as { emails: string[] } | null)?.emails[0]?.split('@')[0],
    },
    {
      what: 'a connector',
      name: '"calls"',
      read: readConnector,
      save: ({ version }, content, token) =>
        mutate('connectors.update', { ...connectorIn(folders[content]), uid: uids.connector, version }, token),
      contentOf: ({ config }) =>
        Object.entries(folders).find(([, folder]) => folder === (config as { directory: string }).directory)?.[0],
    },
    {
      what: 'a saved filter',
      name: /"(mine|one|other)"/,
      read: async () => {
        const found = (await query<Read[]>('savedFilters.list')).find(({ uid }) => uid === uids.filter);
        if (!found) throw new Error('the filter is gone');
        return found;
      },
      save: ({ version }, name, token) =>
        mutate('savedFilters.update', { uid: uids.filter, version, name, is_shared: true, filter: {} }, token),
      contentOf: ({ name }) => name,
    },
    {
      what: 'the mail domains',
      name: 'the mail domains',
      read: () => query<Read>('account.mailDomains'),
      save: ({ version }, content, token) =>
        mutate('account.setMailDomains', { version, domains: [`${content}.example`] }, token),
      contentOf: ({ domains }) => (domains as string[])[0]?.split('.')[0],
    },
    {
      what: 'whom alerts are told to',
      name: 'whom alerts are told to',
      read: async () => {
        const { settings, version } = await query<{ settings: object; version: string }>('alerts.settings');
        return { ...settings, version };
      },
      save: ({ version }, content, token) =>
        mutate('alerts.saveSettings', { version, emails: [`${content}@example.test`] }, token),
      contentOf: ({ emails }) => (emails as string[])[0]?.split('@')[0],
    },
    {
      what: 'a campaign',
      name: /"(spring|one|other)"/,
      read: () => query<Read>('campaigns.get', { id: uids.campaign }),
      save: ({ version }, name, token) => mutate('campaigns.update', { id: uids.campaign, version, name }, token),
      contentOf: ({ name }) => name,
    },
  ];

  for (const { what, read, save, contentOf, name } of things)
    describe(`such as ${what}`, () => {
      it('is saved by one of two who save at once; the other is told, and nothing of the first is lost', async () => {
        const opened = await read();
        const answers = await Promise.all([save(opened, 'one', ada.token), save(opened, 'other', bob.token)]);
        expect(answers.map(({ status }) => status).sort(), answers.map(({ text }) => text).join()).to.deep.equal([
          200, 409,
        ]);
        const [won, lost] = answers[0]?.status === 200 ? (['one', 'other'] as const) : (['other', 'one'] as const);
        expect(contentOf(await read())).to.equal(won);
        const refusal = answers.find(({ status }) => status === 409)?.error;
        expect(refusal?.data).to.include({ code: 'conflict', field: 'version' });
        expect(refusal?.message).to.match(typeof name === 'string' ? new RegExp(name) : name);
        expect(refusal?.message).to.match(/somebody has changed .* nothing was saved here\. Load what is there now/);
        expect((await save(await read(), lost, bob.token)).status).to.equal(200);
        expect(contentOf(await read())).to.equal(lost);
      });

      it('is saved once more by whoever did not hear that it was saved', async () => {
        const opened = await read();
        const content = contentOf(opened) === 'one' ? 'other' : 'one';
        expect((await save(opened, content, ada.token)).status).to.equal(200);
        expect((await save(opened, content, ada.token)).status).to.equal(200);
      });
    });

  it('and is told when it was changed, where that is known', async () => {
    const opened = await readJob();
    await door.mutate('jobs.update', { ...jobAt('05:00'), uid: uids.job, version: opened.version }, ada);
    const refused = await door.mutate(
      'jobs.update',
      { ...jobAt('06:00'), uid: uids.job, version: opened.version },
      bob,
    );
    expect(refused.error?.message).to.contain('"nightly" (less than a minute ago)');
  });

  it('may be disabled meanwhile: it is saved, and stays disabled', async () => {
    const job = await readJob();
    const connector = await readConnector();
    await mutate('jobs.setEnabled', { uid: uids.job, enabled: false }, bob.token);
    await mutate('connectors.setEnabled', { uid: uids.connector, enabled: false }, bob.token);
    const keeps = { keeps_enabled: true };
    const { version } = job;
    const savedJob = { ...jobAt('07:00'), uid: uids.job, version, ...keeps };
    expect((await mutate('jobs.update', savedJob, ada.token)).status).to.equal(200);
    const savedConnector = { ...connectorIn('/third'), uid: uids.connector, version: connector.version, ...keeps };
    expect((await mutate('connectors.update', savedConnector, ada.token)).status).to.equal(200);
    expect(await readJob()).to.deep.include({ is_enabled: false, next_due_at: null });
    expect(await readConnector()).to.deep.include({ is_enabled: false });
  });

  const hostKey = `SHA256:${'A'.repeat(43)}`;
  it('may get its host key pinned meanwhile: it is saved, and the pin stays', async () => {
    const opened = await readConnector();
    const { id } = await getConnector(door.services, accountId, uids.connector);
    await rememberHostKey(door.services.database.pool, accountId, id, hostKey);
    const saved = { ...connectorIn('/fourth'), uid: uids.connector, version: opened.version };
    expect((await mutate('connectors.update', saved, ada.token)).status).to.equal(200);
    expect((await readConnector()).config).to.deep.include({ host_key: hostKey, directory: '/fourth' });
  });

  it('is another one once its secret was changed, though no form shows it', async () => {
    const opened = await readConnector();
    const { config, ...rest } = connectorIn('/out');
    const credential = { type: 'password', password: `another-${password}` };
    const withSecret = { ...rest, config: { ...config, credential }, uid: uids.connector, version: opened.version };
    expect((await mutate('connectors.update', withSecret, ada.token)).status).to.equal(200);
    const late = { ...connectorIn('/fifth'), uid: uids.connector, version: opened.version };
    expect((await mutate('connectors.update', late, bob.token)).error?.data).to.include({ field: 'version' });
  });

  it('tells whoever has an old form that it is old before it tells what else is wrong with it now', async () => {
    const opened = await readConnector();
    const { config, ...rest } = connectorIn('/out');
    const credential = { type: 'password', password };
    const moved = { ...rest, config: { ...config, host: '127.0.0.2', credential }, uid: uids.connector };
    const answer = await mutate('connectors.update', { ...moved, version: opened.version }, ada.token);
    expect(answer.status, answer.text).to.equal(200);
    // The kept password is for the new address, and this form has the old one.
    const late = { ...connectorIn('/out'), uid: uids.connector, version: opened.version };
    expect((await mutate('connectors.update', late, bob.token)).error?.data).to.include({ field: 'version' });
  });

  it('tells it of a job as well whose connector somebody has taken out and deleted meanwhile', async () => {
    const opened = await readJob();
    await saveConnector(door.services, accountId, sftpConnector('others', 'import'), { by });
    await saveJob(door.services, accountId, importJob('nightly', 'others'), { by });
    expect((await mutate('connectors.remove', { uid: uids.connector }, ada.token)).status).to.equal(200);
    const late = { ...jobAt('08:00'), uid: uids.job, version: opened.version };
    expect((await mutate('jobs.update', late, bob.token)).error?.data).to.include({ field: 'version' });
  });

  it('is set by whoever states the whole of it, whatever is open', async () => {
    const opened = await readJob();
    const yaml =
      'jobs: [{ name: nightly, type: data_import, connectors: [calls], schedule: { frequency: monthly, day: 1 } }]';
    const applied = await apply(door.services, accountId, readConfiguration(yaml, {}), { by });
    expect(applied.updated).to.deep.equal(['job nightly']);
    const late = { ...jobAt('08:00'), uid: uids.job, version: opened.version };
    expect((await mutate('jobs.update', late, bob.token)).status).to.equal(409);
    expect((await readJob()).schedule).to.include({ frequency: 'monthly' });
  });
});
