import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { removeOldWebhooks } from '../../../db/queries/webhook-sending.ts';
import { uuidText } from '../../../db/uuid.ts';
import { createApiKey } from '../../../server/accounts/api-keys.ts';
import type { Services } from '../../../server/services.ts';
import { webhookHandler } from '../../../server/webhooks/send.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testAccount, testServices, withLease } from '../../harness/services.ts';
import { announced, deliveryOf } from './deliveries.ts';
import { openReceiver, type Receiver } from './receiver.ts';

describe('the sending of webhooks', () => {
  let services: Services;
  let receiver: Receiver;
  let serving: Serving | undefined;
  let child: ChildProcess | undefined;

  before(async () => {
    services = await testServices({ leaseSeconds: 2 });
  });
  after(() => services.close());
  beforeEach(async () => {
    receiver = await openReceiver();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await receiver.close();
    await serving?.stop({ finishMs: 100 });
    serving = undefined;
    await services.database.pool.query('DELETE FROM work');
  });

  async function accountWithKey(): Promise<number> {
    const { id } = await testAccount(services);
    await createApiKey(services, id, { name: 'middleware' }, 'test');
    return id;
  }

  function start(): void {
    serving = serve(withLease(services, 60), [webhookHandler(services, { delaysMs: [20, 20] })], { pollMs: 20 });
  }

  const isDelivered = async (accountId: number, id: Buffer) =>
    (await deliveryOf(services, accountId, id)).state === 'delivered';

  it('loses nothing to a program that is killed in the middle of a call: it is sent again, as the same delivery', async () => {
    const accountId = await accountWithKey();
    receiver.answers(() => child?.kill('SIGKILL'), 200);
    const id = await announced(services, accountId, receiver.url);
    child = fork(new URL('./child.js', import.meta.url), [JSON.stringify(settingsOf(services))], { silent: true });
    await once(child, 'exit');
    expect(receiver.received).to.have.length(1);
    expect(await deliveryOf(services, accountId, id)).to.include({ state: 'pending', attempts: 0 });
    start();
    await eventually('delivered', () => isDelivered(accountId, id));
    expect(receiver.received).to.have.length(2);
    expect(receiver.received[1]?.body).to.equal(receiver.received[0]?.body);
    expect(receiver.received[1]?.headers['x-cqa-delivery']).to.equal(uuidText(id));
    expect((await deliveryOf(services, accountId, id)).attempts).to.equal(1);
  });

  it('tries again by itself after the delays', async () => {
    const accountId = await accountWithKey();
    receiver.answers(500, 500, 200);
    const first = await announced(services, accountId, receiver.url);
    start();
    await eventually('delivered', () => isDelivered(accountId, first));
    expect(receiver.received).to.have.length(3);
  });

  it('is not held up by a customer whose server does not answer', async () => {
    const [slow, quick] = [await accountWithKey(), await accountWithKey()];
    const silent = await openReceiver();
    let most = 0;
    let open = 0;
    silent.answers((response) => {
      most = Math.max(most, ++open);
      response.once('close', () => {
        open -= 1;
      });
    });
    for (let i = 0; i < 200; i++) await announced(services, slow, silent.url);
    const ids = [];
    for (let i = 0; i < 50; i++) ids.push(await announced(services, quick, receiver.url));
    start();
    for (const id of ids) await eventually('delivered', () => isDelivered(quick, id));
    expect(receiver.received).to.have.length(50);
    expect(most).to.equal(4);
    await serving?.stop({ finishMs: 0 });
    serving = undefined;
    await silent.close();
  });

  it('works off what is due for one host, each once, although only four go at a time', async () => {
    const accountId = await accountWithKey();
    const ids = [];
    for (let i = 0; i < 300; i++) ids.push(await announced(services, accountId, receiver.url));
    start();
    for (const id of ids) await eventually('delivered', () => isDelivered(accountId, id));
    const seen = receiver.received.map(({ headers }) => headers['x-cqa-delivery']);
    expect(seen).to.have.members(ids.map(uuidText));
  });

  it('keeps what ended for thirty days, and what is still to be sent for as long as that takes', async () => {
    const { pool } = services.database;
    const accountId = await accountWithKey();
    const [old, waiting, young] = await Promise.all([0, 1, 2].map(() => announced(services, accountId, receiver.url)));
    const agesAgo = 'UPDATE webhook_delivery SET created_at = NOW(3) - INTERVAL ? DAY, state = ? WHERE id = ?';
    await pool.query(agesAgo, [31, 'delivered', old]);
    await pool.query(agesAgo, [31, 'pending', waiting]);
    await pool.query(agesAgo, [29, 'failed', young]);
    await removeOldWebhooks(pool);
    const [rows] = await pool.query('SELECT state FROM webhook_delivery WHERE account_id = ? ORDER BY state', [
      accountId,
    ]);
    expect(rows).to.deep.equal([{ state: 'failed' }, { state: 'pending' }]);
  });
});
