import { expect } from 'chai';
import type { Services } from '../../../server/services.ts';
import type { apiClient } from '../../harness/api.ts';
import { testServices } from '../../harness/services.ts';
import { echo, type Frame, type FrameAnswer, openFrame } from './frame.ts';

const endpoints = [
  echo(),
  echo({ method: 'get', path: '/ingress', body: undefined, allowance: 'read', scope: 'read', operationId: 'read' }),
  echo({
    method: 'get',
    path: '/results',
    body: undefined,
    allowance: 'results',
    scope: 'read',
    operationId: 'results',
  }),
];

function standing({ headers }: FrameAnswer): [limit: number, remaining: number] {
  return [Number(headers.get('ratelimit-limit')), Number(headers.get('ratelimit-remaining'))];
}

describe('the limits of an account', () => {
  let services: Services;
  const frames: Frame[] = [];
  before(async () => {
    services = await testServices();
  });
  after(async () => {
    for (const frame of frames) await frame.close();
    await services.close();
  });

  async function open(client?: Awaited<ReturnType<typeof apiClient>>): Promise<Frame> {
    const frame = await openFrame(services, endpoints, client);
    frames.push(frame);
    return frame;
  }

  async function setLimits(frame: Frame, ingest: number, read: number): Promise<void> {
    await services.database.pool.query('UPDATE account SET ingest_per_minute = ?, read_per_minute = ? WHERE id = ?', [
      ingest,
      read,
      frame.account.id,
    ]);
  }

  it('are the contract’s, each kind of call by itself, and every answer says where it stands', async () => {
    const frame = await open();
    expect(standing(await frame.post('/echo', '{}'))).to.deep.equal([100, 99]);
    expect(standing(await frame.post('/echo', 'not json'))).to.deep.equal([100, 98]);
    expect(standing(await frame.get('/ingress'))).to.deep.equal([300, 299]);
    const results = await frame.get('/results');
    expect(standing(results)).to.deep.equal([300, 299]);
    expect(Number(results.headers.get('ratelimit-reset'))).to.be.within(1, 60);
  });

  it('are the account’s own where it has some', async () => {
    const frame = await open();
    await setLimits(frame, 5, 7);
    expect(standing(await frame.post('/echo', '{}'))).to.deep.equal([5, 4]);
    expect(standing(await frame.get('/ingress'))).to.deep.equal([7, 6]);
  });

  it('are shared by all servers of an installation and exact under concurrency', async () => {
    const one = await open();
    const two = await open(one);
    await setLimits(one, 40, 300);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 ? one : two).post('/echo', '{}')));
    expect(answers.filter(({ status }) => status === 201)).to.have.lengthOf(40);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).to.have.lengthOf(60);
    for (const answer of refused) {
      expect(answer.code).to.equal('RATE_LIMIT_EXCEEDED');
      expect(standing(answer)).to.deep.equal([40, 0]);
      expect(Number(answer.headers.get('retry-after'))).to.be.within(1, 60);
      expect(answer.message).to.match(/Wait \d+ seconds/);
    }
    const remaining = answers.filter(({ status }) => status === 201).map((answer) => standing(answer)[1]);
    expect(remaining.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 40 }, (_, i) => i));
  });

  it('of one account leave others alone, and a new minute begins anew', async () => {
    const frame = await open();
    const other = await open();
    await setLimits(frame, 1, 1);
    await frame.post('/echo', '{}');
    expect((await frame.post('/echo', '{}')).status).to.equal(429);
    expect((await frame.post('/echo', '{}')).status).to.equal(429);
    expect((await other.post('/echo', '{}')).status).to.equal(201);
    // Another server, which remembers nothing, when the minute is over.
    await services.database.pool.query('UPDATE rate_limit SET expire = expire - 60000');
    const later = await open(frame);
    expect((await later.post('/echo', '{}')).status).to.equal(201);
  });

  it('do not count who is not known', async () => {
    const frame = await open();
    for (let i = 0; i < 3; i++) {
      const answer = await frame.post('/echo', '{}', { 'x-api-key': 'wrong' });
      expect(answer.status).to.equal(401);
      expect(answer.headers.has('ratelimit-limit')).to.equal(false);
    }
    expect(standing(await frame.post('/echo', '{}'))).to.deep.equal([100, 99]);
  });

  it('can be switched off', async () => {
    const off = { ...services, config: { ...services.config, rateLimit: 'off' as const } };
    const frame = await openFrame(off, endpoints);
    frames.push(frame);
    await setLimits(frame, 1, 1);
    for (let i = 0; i < 3; i++) {
      const answer = await frame.post('/echo', '{}');
      expect(answer.status).to.equal(201);
      expect(answer.headers.has('ratelimit-limit')).to.equal(false);
    }
  });
});
