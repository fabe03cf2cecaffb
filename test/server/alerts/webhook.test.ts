import { expect } from 'chai';
import { createApiKey } from '../../../server/accounts/api-keys.ts';
import { trySettings } from '../../../server/alerts/try.ts';
import { openMailer } from '../../../server/email/mailer.ts';
import type { Services } from '../../../server/services.ts';
import { alertWebhookSchemas } from '../../../server/webhooks/alert-schemas.ts';
import { webhookHandler } from '../../../server/webhooks/send.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { alertSettingsSchema } from '../../../shared/alert.ts';
import { eventually } from '../../harness/eventually.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { openSesServer, type SesServer } from '../email/ses-server.ts';
import { addJob } from '../jobs/jobs.ts';
import { isSigned, openReceiver, type Receiver } from '../webhooks/receiver.ts';
import { failed, runEnds, setAlerts, succeeded } from './alerting.ts';

const secret = 'sixteen letters!';

describe('an alert to a webhook', () => {
  let services: Services;
  let receiver: Receiver;
  let ses: SesServer;
  let serving: Serving | undefined;
  let accountId: number;
  let job: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    receiver = await openReceiver();
    ses = await openSesServer();
    accountId = (await testAccount(services)).id;
    job = await addJob(services, { accountId, name: 'nightly' });
  });
  afterEach(async () => {
    await serving?.stop({ finishMs: 100 });
    serving = undefined;
    await receiver.close();
    await ses.close();
    await services.database.pool.query('DELETE FROM work');
  });

  const start = () => {
    serving = serve(services, [webhookHandler(services, { delaysMs: [20, 20] })], { pollMs: 20 });
  };
  const received = (count: number) =>
    eventually(`${count} calls`, () => Promise.resolve(receiver.received.length === count));
  const events = () => receiver.received.map(({ body }) => JSON.parse(body).event);
  const mailer = () => openMailer({ emailFrom: 'alerts@cqa.example' }, ses.settings);
  const tryOf = (settings: object) =>
    trySettings(services, accountId, sealed(settings), { mailer: mailer(), sending: { timeoutMs: 60_000 } });

  function sealed(settings: object) {
    const parsed = alertSettingsSchema.parse(settings);
    if (parsed.webhook?.secret) parsed.webhook.secret = services.keyring.seal(parsed.webhook.secret);
    return parsed;
  }

  /** As the API's document says. */
  function isDescribed(body: string): void {
    const parsed: { event: keyof typeof alertWebhookSchemas } = JSON.parse(body);
    alertWebhookSchemas[parsed.event].parse(parsed);
  }

  it('is signed with its own secret, sent again while the receiver fails, and told when it is over', async () => {
    await setAlerts(services, accountId, { webhook: { url: receiver.url, secret } });
    receiver.answers(500, 200);
    await runEnds(services, accountId, job, failed);
    await runEnds(services, accountId, job, failed);
    start();
    await received(2);
    await runEnds(services, accountId, job, succeeded);
    await received(3);
    expect(events()).to.deep.equal(['alert.raised', 'alert.raised', 'alert.resolved']);
    const [first, second, third] = receiver.received;
    for (const call of receiver.received) expect(isSigned(call, secret)).to.equal(true);
    expect(second?.headers['x-cqa-delivery']).to.equal(first?.headers['x-cqa-delivery']);
    for (const { body } of receiver.received) isDescribed(body);
    const { data } = JSON.parse(third?.body ?? '');
    expect(data).to.deep.include({ kind: 'run_failed', count: 2 });
    expect(data.job.name).to.equal('nightly');
  });

  it('is signed with the account’s newest API key where it has no secret of its own', async () => {
    const key = await createApiKey(services, accountId, { name: 'middleware' }, 'test');
    await setAlerts(services, accountId, { webhook: { url: receiver.url } });
    await runEnds(services, accountId, job, failed);
    start();
    await received(1);
    expect(isSigned(receiver.received[0] ?? { path: '', headers: {}, body: '' }, key.signing_secret)).to.equal(true);
    expect(receiver.received[0]?.headers['x-cqa-key-id']).to.equal(key.uid);
  });

  it('can be tried, as mails can, and what came of it is told', async () => {
    const good = await tryOf({ emails: ['ada@example.test'], webhook: { url: receiver.url, secret } });
    expect(good.map(({ to, ok }) => [to, ok])).to.deep.equal([
      ['ada@example.test', true],
      [receiver.url, true],
    ]);
    expect(events()).to.deep.equal(['alert.test']);
    isDescribed(receiver.received[0]?.body ?? '');
    expect(ses.sent[0]?.subject).to.match(/: alerts reach you$/);

    receiver.answers(404);
    ses.verified = new Set(['ada@example.test']);
    const bad = await tryOf({ emails: ['eve@example.test'], webhook: { url: receiver.url, secret } });
    expect(bad.map(({ ok }) => ok)).to.deep.equal([false, false]);
    expect(bad[0]?.message).to.match(/eve@example\.test: .*sandbox/);
    expect(bad[1]?.message).to.match(/answered 404/);
  });

  it('says when it is tried why nothing can be sent', async () => {
    const settings = sealed({ emails: ['ada@example.test'], webhook: { url: receiver.url } });
    const [mail, webhook] = await trySettings(services, accountId, settings, { mailer: undefined });
    expect(mail?.message).to.contain('Email is not configured');
    expect(webhook?.message).to.contain('no active API key');
    const inside = await tryOf({ webhook: { url: 'http://169.254.169.254/latest', secret } });
    expect(inside[0]?.message).to.match(/not a public address/);
    const nobody = await tryOf({}).catch((error: Error) => error);
    expect(nobody).to.have.property('code', 'invalid');
  });

  it('cannot be tried so often that somebody else’s mailbox fills', async () => {
    const emails = ['eve@example.test'];
    for (let n = 0; n < 20; n++) expect((await tryOf({ emails }))[0]?.ok).to.equal(true);
    const [refused] = await tryOf({ emails });
    expect(refused?.ok).to.equal(false);
    expect(refused?.message).to.contain('20 mails within the hour');
    expect(ses.sent).to.have.length(20);
  });
});
