import { expect } from 'chai';
import { readAccountAlerts } from '../../../db/queries/alert-audience.ts';
import { sealedSettings } from '../../../server/alerts/settings.ts';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { exportConfiguration } from '../../../server/configuration/export.ts';
import { listJobs, setJobAlerts } from '../../../server/configuration/jobs.ts';
import type { Services } from '../../../server/services.ts';
import { alertKinds, alertSettingsSchema, type JobAlerts } from '../../../shared/alert.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { setAlerts } from './alerting.ts';

const secret = 'sixteen letters!';
const yaml = (alerts: string) => `
connectors:
  - name: calls
    direction: import
    type: sftp
    config: { host: sftp.example.com, username: cqa, credential: { type: password, password: sesame }, directory: /out }
jobs:
  - name: nightly
    type: data_import
    connectors: [calls]
    schedule: { frequency: daily }
    ${alerts}
`;

describe('the settings of alerts', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
  });

  const stored = async () => await readAccountAlerts(services.database.pool, accountId);
  const applied = (alerts: string) =>
    apply(services, accountId, readConfiguration(yaml(alerts), { HOOK: secret }), { by: 'test' });
  const shownJob = async () => (await listJobs(services, accountId))[0];

  it('name each address once, whatever its case, and the kinds in one order', () => {
    const settings = alertSettingsSchema.parse({
      emails: ['Ada@example.test', 'bob@example.test', 'ada@example.test'],
      kinds: ['stream_failed', 'run_failed', 'run_failed'],
    });
    expect(settings.emails).to.deep.equal(['ada@example.test', 'bob@example.test']);
    expect(settings.kinds).to.deep.equal(['run_failed', 'stream_failed']);
    expect(alertSettingsSchema.parse({}).kinds).to.deep.equal([...alertKinds]);
  });

  it('keep a webhook’s secret sealed, and keep it where it is not given again', async () => {
    await setAlerts(services, accountId, { webhook: { url: 'https://hooks.example.test/a', secret } });
    const before = await stored();
    expect(JSON.stringify(before)).not.to.contain(secret);
    expect(services.keyring.open(before?.webhook?.secret ?? '')).to.equal(secret);
    const again = alertSettingsSchema.parse({ webhook: { url: 'https://hooks.example.test/a' }, recovery: false });
    expect(sealedSettings(services.keyring, again, before).webhook).to.deep.equal(before?.webhook);
  });

  it('never send a kept secret to another address', async () => {
    await setAlerts(services, accountId, { webhook: { url: 'https://hooks.example.test/a', secret } });
    const before = await stored();
    const moved = alertSettingsSchema.parse({ webhook: { url: 'https://elsewhere.example.test/a' } });
    expect(() => sealedSettings(services.keyring, moved, before))
      .to.throw(AppError, /address has changed/)
      .with.property('field', 'webhook.secret');
    const typed = alertSettingsSchema.parse({ webhook: { url: 'https://elsewhere.example.test/a', secret } });
    expect(sealedSettings(services.keyring, typed, before).webhook?.url).to.contain('elsewhere');
  });

  it('of a job come and go by YAML, without the secret', async () => {
    const own = `alerts: { emails: [owner@example.test], kinds: [run_failed], webhook: { url: "https://hooks.example.test/j", secret: "\${HOOK}" } }`;
    expect((await applied(own)).created).to.include('job nightly');
    expect((await applied(own)).unchanged).to.include('job nightly');
    expect((await shownJob())?.alerts).to.deep.equal({
      ...{ kinds: ['run_failed'], recovery: true, emails: ['owner@example.test'] },
      webhook: { url: 'https://hooks.example.test/j', has_secret: true },
    });
    const text = await exportConfiguration(services, accountId);
    expect(text).to.contain('owner@example.test').and.not.to.contain('secret').and.not.to.contain('v1.');
    const again = await apply(services, accountId, readConfiguration(text, {}), { by: 'test' });
    expect(again.unchanged).to.include('job nightly');
    expect((await applied('alerts: "off"')).updated).to.include('job nightly');
    expect((await shownJob())?.alerts).to.equal('off');
    expect((await applied('')).updated).to.include('job nightly');
    expect((await shownJob())?.alerts).to.equal(null);
  });

  it('of the account come and go by YAML, too', async () => {
    const own = (text: string) => applied(`\nalerts: ${text}`);
    const webhook = `webhook: { url: "https://hooks.example.test/a", secret: "\${HOOK}" }`;
    expect((await own(`{ emails: [ops@example.test], recovery: false, ${webhook} }`)).created).to.include('alerts');
    const before = await stored();
    expect(before).to.deep.include({ emails: ['ops@example.test'], recovery: false });
    expect((await own(`{ emails: [ops@example.test], recovery: false, ${webhook} }`)).unchanged).to.include('alerts');
    const text = await exportConfiguration(services, accountId);
    expect(text).to.contain('ops@example.test').and.not.to.contain(secret);
    expect((await applied('')).unchanged).not.to.include('alerts');
    expect(await stored()).to.deep.equal(before);
    const refusal = await own('{ emails: [ops] }').catch((error: AppError) => error);
    expect(refusal).to.include({ code: 'invalid', field: 'alerts.emails.0' });
  });

  it('of a job say in words what is wrong with them', async () => {
    const refusal = await applied('alerts: { emails: [owner] }').catch((error: AppError) => error);
    expect(refusal).to.include({ code: 'invalid', field: 'alerts.emails.0' });
    expect((refusal as AppError).message).to.match(/job nightly: alerts\.emails\.0: must be an email address/);
  });

  it('of a job can be set by themselves, also where the job cannot be changed', async () => {
    await applied('');
    await services.database.pool.query('UPDATE job SET is_system = TRUE WHERE account_id = ?', [accountId]);
    const uid = (await shownJob())?.uid ?? '';
    const own: JobAlerts = alertSettingsSchema.parse({ emails: ['owner@example.test'] });
    await setJobAlerts(services, accountId, uid, own);
    expect((await shownJob())?.alerts).to.deep.include({ emails: ['owner@example.test'] });
    await setJobAlerts(services, accountId, uid, undefined);
    expect((await shownJob())?.alerts).to.equal(null);
  });
});
