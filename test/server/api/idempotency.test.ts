import { expect } from 'chai';
import { z } from 'zod';
import { removeOldKeys } from '../../../db/queries/idempotency.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testServices } from '../../harness/services.ts';
import { echo, type Frame, openFrame } from './frame.ts';

/** A gate that holds an endpoint until the test lets it go. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('an Idempotency-Key', () => {
  let services: Services;
  let frame: Frame;
  let calls = 0;
  let resumed: (Date | undefined)[] = [];
  let held = gate();
  let entered = gate();
  const failing = new Map<string, AppError>();

  before(async () => {
    services = await testServices({ rateLimit: 'off' });
    const count = echo({
      path: '/count',
      handle: async ({ resumedFrom }) => {
        resumed.push(resumedFrom);
        return { data: { call: ++calls } };
      },
    });
    const strict = echo({ path: '/strict', body: z.strictObject({ a: z.int() }), handle: count.handle });
    const slow = echo({
      path: '/slow',
      handle: async () => {
        entered.open();
        await held.opened;
        return { data: { call: ++calls } };
      },
    });
    const fail = echo({
      path: '/fail',
      handle: async ({ body }) => {
        calls += 1;
        throw failing.get(String(body)) ?? new Error('unforeseen');
      },
    });
    frame = await openFrame(services, [count, strict, slow, fail]);
  });
  after(async () => {
    await frame.close();
    await services.close();
  });
  beforeEach(() => {
    calls = 0;
    resumed = [];
    held = gate();
    entered = gate();
  });

  let keys = 0;
  const newKey = () => ({ 'idempotency-key': `key ${++keys}` });

  it('gives the same call the first answer again', async () => {
    const key = newKey();
    const first = await frame.post('/count', '{"a":1}', key);
    const again = await frame.post('/count', '{"a":1}', key);
    expect(first.headers.has('idempotent-replayed')).to.equal(false);
    expect(again.headers.get('idempotent-replayed')).to.equal('true');
    expect(again.status).to.equal(first.status);
    expect(again.json).to.deep.equal(first.json);
    expect(again.headers.get('x-request-id')).not.to.equal(first.headers.get('x-request-id'));
    expect(calls).to.equal(1);
  });

  it('takes an address with and without a slash at its end for the same', async () => {
    const key = newKey();
    await frame.post('/count', '{}', key);
    expect((await frame.post('/count/', '{}', key)).headers.get('idempotent-replayed')).to.equal('true');
    expect((await frame.post('/count/?a=/', '{}', key)).code).to.equal('IDEMPOTENCY_KEY_REUSED');
  });

  it('is refused for another body, another address or another query', async () => {
    const key = newKey();
    await frame.post('/count', '{"a":1}', key);
    for (const [path, body] of [
      ['/count', '{"a":2}'],
      ['/slow', '{"a":1}'],
      ['/count?x=1', '{"a":1}'],
    ] as const) {
      const answer = await frame.post(path, body, key);
      expect([answer.status, answer.code], path).to.deep.equal([409, 'IDEMPOTENCY_KEY_REUSED']);
    }
    expect(calls).to.equal(1);
  });

  it('lets one of many calls at once through', async () => {
    const key = newKey();
    const first = frame.post('/slow', '{}', key);
    await entered.opened;
    const others = await Promise.all(Array.from({ length: 10 }, () => frame.post('/slow', '{}', key)));
    for (const other of others) {
      expect([other.status, other.code]).to.deep.equal([409, 'IDEMPOTENCY_IN_PROGRESS']);
      expect(Number(other.headers.get('retry-after'))).to.be.within(1, 5);
    }
    held.open();
    expect((await first).status).to.equal(201);
    expect((await frame.post('/slow', '{}', key)).json).to.deep.equal((await first).json);
    expect(calls).to.equal(1);
  });

  it('of one account means nothing in another', async () => {
    const other = await openFrame(services, [
      echo({ path: '/count', handle: async () => ({ data: { call: ++calls } }) }),
    ]);
    const key = newKey();
    await frame.post('/count', '{}', key);
    const answer = await other.post('/count', '{}', key);
    expect(answer.headers.has('idempotent-replayed')).to.equal(false);
    expect(calls).to.equal(2);
    await other.close();
  });

  it('keeps refusals that will not pass: not found, and conflicts', async () => {
    failing.set('lost', new AppError('not_found', 'There is no such thing.'));
    failing.set('twice', new AppError('duplicate', 'It is there.'));
    for (const [body, status] of [
      ['lost', 404],
      ['twice', 409],
    ] as const) {
      const key = newKey();
      const first = await frame.post('/fail', JSON.stringify(body), key);
      const again = await frame.post('/fail', JSON.stringify(body), key);
      expect([first.status, again.status]).to.deep.equal([status, status]);
      expect(again.headers.get('idempotent-replayed')).to.equal('true');
      expect(again.json).to.deep.equal(first.json);
    }
    expect(calls).to.equal(2);
  });

  it('is free again after a refusal that may pass or be mended', async () => {
    failing.set('wrong', new AppError('invalid', 'Change it.', { field: 'a' }));
    failing.set('full', new AppError('too_many_jobs', 'Wait.'));
    failing.set('away', new AppError('database_unavailable', 'It is away.'));
    const expected = [
      ['wrong', 400],
      ['full', 429],
      ['away', 503],
      ['crash', 500],
    ] as const;
    for (const [body, status] of expected) {
      const key = newKey();
      for (let i = 0; i < 2; i++) {
        const answer = await frame.post('/fail', JSON.stringify(body), key);
        expect(answer.status).to.equal(status);
        expect(answer.headers.has('idempotent-replayed')).to.equal(false);
      }
      expect((await frame.post('/count', '{}', key)).status).to.equal(201);
    }
    const key = newKey();
    expect((await frame.post('/strict', '{"a":"x"}', key)).status).to.equal(400);
    expect((await frame.post('/strict', '{"a":1}', key)).status).to.equal(201);
  });

  it('of a server that died is free when its time is over, and the call knows that it is a second one', async () => {
    const key = newKey();
    await frame.post('/count', '{}', key);
    const { pool } = services.database;
    const where = 'WHERE idempotency_key = ?';
    await pool.query(`UPDATE idempotency_key SET status = NULL, answer = NULL ${where}`, [key['idempotency-key']]);
    expect((await frame.post('/count', '{}', key)).code).to.equal('IDEMPOTENCY_IN_PROGRESS');
    await pool.query(`UPDATE idempotency_key SET locked_until = NOW(3) ${where}`, [key['idempotency-key']]);
    expect((await frame.post('/count', '{}', key)).status).to.equal(201);
    expect((await frame.post('/count', '{}', key)).headers.get('idempotent-replayed')).to.equal('true');
    expect(resumed).to.have.lengthOf(2);
    expect(resumed[0]).to.equal(undefined);
    expect(resumed[1]).to.be.instanceOf(Date);
  });

  it('is forgotten after a day', async () => {
    const key = newKey();
    await frame.post('/count', '{}', key);
    const { pool } = services.database;
    const age = 'UPDATE idempotency_key SET created_at = created_at - INTERVAL 25 HOUR WHERE idempotency_key = ?';
    await pool.query(age, [key['idempotency-key']]);
    expect((await frame.post('/count', '{"other":1}', key)).status).to.equal(201);
    expect(calls).to.equal(2);
    await pool.query(age, [key['idempotency-key']]);
    expect(await removeOldKeys(pool)).to.equal(1);
  });

  it('has up to 255 printable characters', async () => {
    for (const wrong of ['x'.repeat(256), 'tab\there', 'é'])
      expect((await frame.post('/count', '{}', { 'idempotency-key': wrong })).code).to.equal('VALIDATION_ERROR');
    expect((await frame.post('/count', '{}', { 'idempotency-key': 'x'.repeat(255) })).status).to.equal(201);
  });
});
