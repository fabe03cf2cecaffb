import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { resendWebhook } from '../../../db/queries/webhook-list.ts';
import type { Delivery } from '../../../db/queries/webhook-sending.ts';
import { uuidText } from '../../../db/uuid.ts';
import { createApiKey, type MadeApiKey, revokeApiKey, rotateApiKey } from '../../../server/accounts/api-keys.ts';
import type { Services } from '../../../server/services.ts';
import type { SendOptions } from '../../../server/webhooks/attempt.ts';
import { webhookSchemas } from '../../../server/webhooks/schemas.ts';
import { webhookHandler } from '../../../server/webhooks/send.ts';
import { localhostCertificate } from '../../harness/certificate.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { announced, claimedWebhook, deliveryOf } from './deliveries.ts';
import { isSigned, openReceiver, type Receiver } from './receiver.ts';

const never = new AbortController().signal;

describe('the delivery of a webhook', () => {
  let services: Services;
  let receiver: Receiver;
  let accountId: number;
  let key: MadeApiKey;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    receiver = await openReceiver();
    accountId = (await testAccount(services)).id;
    key = await createApiKey(services, accountId, { name: 'middleware' }, 'test');
  });
  afterEach(() => receiver.close());

  const attempted = { fromMs: 0, toMs: 0 };

  /** One attempt, now. */
  async function attempt(id: Buffer, options: SendOptions = {}): Promise<Delivery> {
    attempted.fromMs = Date.now();
    const handler = webhookHandler(services, { delaysMs: [10_000, 20_000], random: () => 0.5, ...options });
    await handler.run(await claimedWebhook(services, id), never);
    attempted.toMs = Date.now();
    return deliveryOf(services, accountId, id);
  }

  /** When the next attempt is due, in milliseconds; undefined where there is none. */
  async function dueMs(id: Buffer): Promise<number | undefined> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT UNIX_TIMESTAMP(run_after) * 1000 AS ms FROM work WHERE subject = ?',
      [id],
    );
    return rows[0] && Number(rows[0].ms);
  }

  /** That the next attempt is due so long after the last one, which may have taken any time. */
  async function expectDue(id: Buffer, leastMs: number, mostMs: number, what?: string): Promise<void> {
    expect(await dueMs(id), what).to.be.within(attempted.fromMs + leastMs, attempted.toMs + mostMs);
  }

  /** That it is over, and how. */
  async function ended(id: Buffer, state: string, words: RegExp): Promise<Delivery> {
    const delivery = await deliveryOf(services, accountId, id);
    expect(delivery.state).to.equal(state);
    expect(delivery.history.at(-1)?.error ?? '').to.match(words);
    expect(await dueMs(id)).to.equal(undefined);
    return delivery;
  }

  it('is a POST of the stored body, signed so that the receiver can check it, with the headers of the contract', async () => {
    const id = await announced(services, accountId, `${receiver.url}?token=1`);
    const sentAt = Date.now() / 1000;
    const delivery = await attempt(id);
    const [got] = receiver.received;
    if (!got) throw new Error('nothing came');
    expect(got.path).to.equal('/hooks?token=1');
    expect(got.body).to.equal(delivery.payload);
    expect(isSigned(got, key.signing_secret)).to.equal(true);
    expect(isSigned({ ...got, body: `${got.body} ` }, key.signing_secret)).to.equal(false);
    expect(got.headers).to.include({
      'content-type': 'application/json',
      'x-cqa-key-id': key.uid,
      'x-cqa-event': 'INTERACTION_INGESTED',
      'x-cqa-delivery': uuidText(id),
    });
    expect(Number(got.headers['x-cqa-timestamp'])).to.be.within(Math.floor(sentAt), Date.now() / 1000);
    const payload = webhookSchemas.INTERACTION_INGESTED.parse(JSON.parse(got.body));
    expect(payload).to.include({ deliveryId: uuidText(id), externalInteractionId: 'CALL-ä' });
    expect(delivery.history).to.have.length(1);
    expect(delivery.history[0]).to.include({ status: 200, body: 'answered 200' }).and.not.to.have.property('error');
    await ended(id, 'delivered', /^$/);
  });

  it('goes over TLS to a server whose certificate holds, and to no other', async () => {
    const secure = await openReceiver({ tls: true });
    const id = await announced(services, accountId, secure.url);
    await attempt(id, { certificateAuthority: localhostCertificate });
    await ended(id, 'delivered', /^$/);
    expect(secure.received.map((got) => isSigned(got, key.signing_secret))).to.deep.equal([true]);
    const untrusted = await announced(services, accountId, secure.url);
    await attempt(untrusted);
    await ended(untrusted, 'failed', /certificate of localhost:\d+ cannot be trusted/);
    expect(secure.received).to.have.length(1);
    await secure.close();
  });

  it('is tried three times at about 0, 10 and 30 s, and the third may do', async () => {
    receiver.answers(500, 503, 200);
    const id = await announced(services, accountId, receiver.url);
    expect(await attempt(id)).to.include({ state: 'pending', attempts: 1 });
    await expectDue(id, 9_000, 10_000);
    expect(await attempt(id)).to.include({ state: 'pending', attempts: 2 });
    await expectDue(id, 19_000, 20_000);
    expect(await attempt(id)).to.include({ state: 'delivered', attempts: 3 });
    const { history } = await ended(id, 'delivered', /^$/);
    expect(history.map(({ status }) => status)).to.deep.equal([500, 503, 200]);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-cqa-delivery']))).to.have.property('size', 1);
  });

  it('has failed after the third attempt that did not do', async () => {
    receiver.answers(500);
    const id = await announced(services, accountId, receiver.url);
    for (const expected of ['pending', 'pending', 'failed']) expect((await attempt(id)).state).to.equal(expected);
    await ended(id, 'failed', /answered 500/);
    expect(receiver.received).to.have.length(3);
  });

  it('waits as long as a receiver that is overloaded asks for, up to ten minutes', async () => {
    const askFor = (retryAfter: string) =>
      receiver.answers((response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
    for (const [retryAfter, least, most] of [
      ['120', 119_000, 120_000],
      ['86400', 599_000, 600_000],
      ['1', 9_000, 10_000],
      ['soon', 9_000, 10_000],
      // Made before the others are tried, and in whole seconds.
      [new Date(Date.now() + 60_000).toUTCString(), 30_000, 60_000],
    ] as const) {
      askFor(retryAfter);
      const id = await announced(services, accountId, receiver.url);
      await attempt(id);
      await expectDue(id, least, most, retryAfter);
    }
  });

  it('is given up on silence after its time limit, and tried again', async () => {
    receiver.answers(() => undefined);
    const id = await announced(services, accountId, receiver.url);
    const { history } = await attempt(id, { timeoutMs: 150 });
    expect(history[0]?.error).to.match(/has not answered within 0\.15 s/);
    expect(history[0]?.duration_ms).to.be.at.least(140);
    await expectDue(id, 9_000, 10_000);
  });

  it('is tried again where nobody listens, and where the connection breaks off', async () => {
    const refused = await announced(services, accountId, 'http://localhost:1/hooks');
    expect((await attempt(refused)).history[0]?.error).to.match(/refused the connection/);
    await expectDue(refused, 1, 10_000);
    receiver.answers((response) => response.destroy());
    const broken = await announced(services, accountId, receiver.url);
    expect((await attempt(broken)).history[0]?.error).to.match(/connection to localhost:\d+ failed/);
    await expectDue(broken, 1, 10_000);
  });

  it('counts once the head of the answer is here; what follows is read up to 2 KB or the time limit', async () => {
    receiver.answers((response) => void response.writeHead(200).write('ok so far'));
    const hanging = await announced(services, accountId, receiver.url);
    expect((await attempt(hanging, { timeoutMs: 6_000 })).history[0]).to.include({ status: 200, body: 'ok so far' });
    await ended(hanging, 'delivered', /^$/);
    receiver.answers((response) => response.end('é'.repeat(1_000_000)));
    const huge = await announced(services, accountId, receiver.url);
    expect((await attempt(huge)).history[0]?.body).to.equal('é'.repeat(1024));
  });

  for (const status of [400, 401, 404, 410])
    it(`has failed at once on ${status}`, async () => {
      receiver.answers(status);
      const id = await announced(services, accountId, receiver.url);
      await attempt(id);
      await ended(id, 'failed', new RegExp(`answered ${status}`));
    });

  it('does not follow a redirect', async () => {
    receiver.answers((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const id = await announced(services, accountId, receiver.url);
    await attempt(id);
    await ended(id, 'failed', /answered 302\. Redirects are not followed/);
    expect(receiver.received).to.have.length(1);
  });

  for (const [what, url, words] of [
    ['a private address', 'http://10.0.0.1/hooks', /not a public address/],
    ['a cloud’s metadata service', 'http://169.254.169.254/latest', /not a public address/],
    ['no web address', 'ftp://example.test/hooks', /must begin with https/],
    ['nothing that can be called', 'hooks', /must begin with https/],
  ] as const)
    it(`is never sent to ${what}`, async () => {
      const id = await announced(services, accountId, url);
      await attempt(id);
      expect((await ended(id, 'failed', words)).attempts).to.equal(1);
    });

  it('is signed by the newest key that is active when it is sent, and names it', async () => {
    receiver.answers(500);
    const id = await announced(services, accountId, receiver.url);
    await attempt(id);
    const rotated = await rotateApiKey(services, accountId, key.uid, {}, 'test');
    await attempt(id);
    await revokeApiKey(services, accountId, rotated.uid);
    const third = await createApiKey(services, accountId, { name: 'third' }, 'test');
    await attempt(id);
    expect(receiver.received.map(({ headers }) => headers['x-cqa-key-id'])).to.deep.equal(
      [key, rotated, third].map(({ uid }) => uid),
    );
    const secrets = [key, rotated, third].map(({ signing_secret: secret }) => secret);
    expect(receiver.received.map((got, i) => isSigned(got, secrets[i] ?? ''))).to.deep.equal([true, true, true]);
  });

  it('fails in words without an active key', async () => {
    await revokeApiKey(services, accountId, key.uid);
    const id = await announced(services, accountId, receiver.url);
    await attempt(id);
    await ended(id, 'failed', /no active API key/);
    expect(receiver.received).to.deep.equal([]);
  });

  it('does not happen for an account whose webhooks are off: nothing is announced, and what waits is not sent', async () => {
    const id = await announced(services, accountId, receiver.url);
    await services.database.pool.query('UPDATE account SET webhooks_enabled = FALSE WHERE id = ?', [accountId]);
    const { id: unannounced } = { id: await announced(services, accountId, receiver.url) };
    await attempt(id);
    await ended(id, 'failed', /switched off/);
    const [rows] = await services.database.pool.query<RowDataPacket[]>('SELECT id FROM webhook_delivery WHERE id = ?', [
      unannounced,
    ]);
    expect(rows).to.deep.equal([]);
    expect(receiver.received).to.deep.equal([]);
  });

  it('writes nothing when somebody else has taken the work over', async () => {
    const id = await announced(services, accountId, receiver.url);
    const work = await claimedWebhook(services, id);
    const lost = webhookHandler(services).run({ ...work, claim: work.claim - 1 }, never);
    expect(await lost.catch((error) => error)).to.have.property('code', 'lease_lost');
    expect(await deliveryOf(services, accountId, id)).to.deep.include({ state: 'pending', attempts: 0, history: [] });
  });

  it('writes nothing when it is told to stop in the middle of a call', async () => {
    const stop = new AbortController();
    receiver.answers(() => stop.abort(new Error('stopping')));
    const id = await announced(services, accountId, receiver.url);
    const run = webhookHandler(services).run(await claimedWebhook(services, id), stop.signal);
    expect(await run.catch((error) => error)).to.have.property('message', 'stopping');
    expect(await deliveryOf(services, accountId, id)).to.deep.include({ state: 'pending', attempts: 0, history: [] });
  });

  it('tells why it was given up', async () => {
    const id = await announced(services, accountId, receiver.url);
    const work = await claimedWebhook(services, id);
    await webhookHandler(services).giveUp(work, { code: 'internal', message: 'It ended ten times.' });
    await ended(id, 'failed', /ten times/);
  });

  it('can be asked for again once it has ended: the same delivery, its attempts counted anew', async () => {
    receiver.answers(404, 500, 200);
    const id = await announced(services, accountId, receiver.url);
    const again = () => resendWebhook(services.database.pool, accountId, id);
    expect(await again().catch((error) => error)).to.have.property('code', 'conflict');
    await attempt(id);
    await again();
    expect(await deliveryOf(services, accountId, id)).to.include({ state: 'pending', attempts: 0 });
    await attempt(id);
    expect(await attempt(id)).to.include({ state: 'delivered', attempts: 2 });
    const { history } = await ended(id, 'delivered', /^$/);
    expect(history.map(({ status }) => status)).to.deep.equal([404, 500, 200]);
    expect(new Set(receiver.received.map(({ body }) => body)).size).to.equal(1);
  });

  it('that has ended already needs no work: what is left of it is dropped without a call', async () => {
    const id = await announced(services, accountId, receiver.url);
    await attempt(id);
    await services.database.pool.query(
      "INSERT INTO work (kind, account_id, subject, run_after) VALUES ('webhook', ?, ?, NOW(3))",
      [accountId, id],
    );
    await attempt(id);
    await ended(id, 'delivered', /^$/);
    expect(receiver.received).to.have.length(1);
  });
});
