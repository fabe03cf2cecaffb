import { expect } from 'chai';
import { z } from 'zod';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { type ApiServer, apiServer } from '../../harness/api.ts';
import { testServices } from '../../harness/services.ts';
import { ask, echo, type Frame, openFrame } from './frame.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the Standard API', () => {
  let server: ApiServer;
  before(async () => {
    server = await apiServer();
  });
  after(() => server.close());

  it('answers an unknown path under its base with the envelope', async () => {
    const paths = ['/nothing', '', '//cqa/api/v1', '//cqa/api', '//cqa/api/v2/accounts', '/ingress/interactions/a/b/c'];
    for (const path of paths) {
      const answer = await server.call('GET', path);
      expect(answer.status, path).to.equal(404);
      expect(answer.json).to.have.all.keys('status', 'request_id', 'message', 'error');
      expect(answer.json.error).to.deep.equal({ code: 'NOT_FOUND' });
      expect(answer.json.status).to.equal(404);
      expect(answer.json.request_id).to.match(uuid).and.to.equal(answer.headers.get('x-request-id'));
    }
  });

  it('takes its paths of the root with a slash behind them, and answers unknown ones beside them', async () => {
    const upload = await server.call('POST', '//calls/audio/');
    expect([upload.status, upload.code]).to.deep.equal([400, 'INVALID_REQUEST']);
    for (const path of ['//calls/audio/x', '//calls/', '//calls/other']) {
      const answer = await server.call('GET', path);
      expect([answer.status, answer.code], path).to.deep.equal([404, 'NOT_FOUND']);
    }
  });

  it('leaves every other address to the console', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${server.url}/cqa/apiary`)).headers.has('x-request-id')).to.equal(false);
  });
});

describe('the frame around the endpoints', () => {
  let services: Services;
  let frame: Frame;
  const logged: string[] = [];

  before(async () => {
    services = await testServices({ rateLimit: 'off' });
    const note = (line: unknown, message?: unknown) => void logged.push(`${JSON.stringify(line)} ${message}`);
    const log = Object.assign(Object.create(services.log), { warn: note, error: note });
    const read = { method: 'get', scope: 'read', allowance: 'read', body: undefined } as const;
    frame = await openFrame({ ...services, log }, [
      echo({ body: z.strictObject({ name: z.string(), inner: z.strictObject({ colour: z.string() }).optional() }) }),
      echo({ ...read, path: '/things/{id}', params: z.object({ id: z.string().max(20) }), operationId: 'thing' }),
      echo({ ...read, path: '/things/special', operationId: 'special', params: z.object({}) }),
      echo({
        ...read,
        path: '/list',
        operationId: 'list',
        query: z.object({
          limit: z.int().min(1).max(100).default(20),
          count: z.int().min(1).nullish(),
          ratio: z.number().optional(),
          isNew: z.boolean().optional(),
          text: z.string().optional(),
        }),
      }),
      echo({
        ...read,
        path: '/fail/{how}',
        operationId: 'fail',
        handle: async ({ params }) => {
          if ((params as { how: string }).how === 'full')
            throw new AppError('storage_full', 'no room on /secret/disk', { retryAfterSeconds: 60 });
          if ((params as { how: string }).how === 'storage')
            throw new AppError('storage_failed', 'cannot write to /secret/disk');
          if ((params as { how: string }).how === 'limit') throw new AppError('rate_limited', 'too many calls');
          if ((params as { how: string }).how === 'jobs') throw new AppError('too_many_jobs', 'too many jobs');
          throw new Error('the password is secret');
        },
      }),
    ]);
  });
  after(async () => {
    await frame.close();
    await services.close();
  });

  it('gives params decoded, a fixed word before a parameter, and says so when they cannot be read', async () => {
    expect((await frame.get('/things/a%2Fb%20%C3%BC')).json.data.params).to.deep.equal({ id: 'a/b ü' });
    expect((await frame.get('/things/special')).json.data.params).to.deep.equal({});
    expect((await frame.get('/things/x/')).json.data.params).to.deep.equal({ id: 'x' });
    expect((await frame.get('/things/%E0%A4%A')).code).to.equal('INVALID_REQUEST');
    expect((await frame.get(`/things/${'x'.repeat(21)}`)).code).to.equal('VALIDATION_ERROR');
  });

  it('makes numbers and booleans of the query’s texts and refuses what is none', async () => {
    const good = await frame.get('/list?limit=7&ratio=-1.5&isNew=true&text=12&unknown=1');
    expect(good.json.data.query).to.deep.equal({ limit: 7, ratio: -1.5, isNew: true, text: '12' });
    expect((await frame.get('/list')).json.data.query).to.deep.equal({ limit: 20 });
    const large = await frame.get('/list?count=99999999999999999999');
    expect(large.json.data.query.count).to.equal(Number.MAX_SAFE_INTEGER);
    for (const wrong of [
      'limit=x',
      'limit=',
      'limit=1e1',
      'limit=0x1',
      'limit=1.5',
      'limit=101',
      'isNew=1',
      'limit=1&limit=2',
    ]) {
      const answer = await frame.get(`/list?${wrong}`);
      expect([answer.status, answer.code], wrong).to.deep.equal([400, 'VALIDATION_ERROR']);
      expect(answer.message, wrong).to.match(/limit|isNew/);
    }
  });

  it('names unknown fields of a body and those that they may have been meant for', async () => {
    const close = await frame.post('/echo', '{"Name":"x","inner":{"color":"red"}}');
    expect(close.code).to.equal('VALIDATION_ERROR');
    expect(close.message).to.include('name is required');
    expect(close.message).to.include('Name is no field of this call; did you mean name?');
    expect(close.message).to.include('inner.color is no field of this call; did you mean colour?');
    const far = await frame.post('/echo', '{"name":"x","wholly_other":1}');
    expect(far.message).to.equal('wholly_other is no field of this call');
    const cut = await frame.post('/echo', '{"name":"x","nam":1}');
    expect(cut.message).to.equal('nam is no field of this call; did you mean name?');
  });

  it('answers HEAD without a body, and a method that is not there with 405 and those that are', async () => {
    const head = await ask(`${frame.base}/list`, { method: 'HEAD', headers: { 'x-api-key': frame.key } });
    expect([head.status, head.json]).to.deep.equal([201, {}]);
    const wrong = await ask(`${frame.base}/list`, { method: 'PUT', body: '{}' });
    expect([wrong.status, wrong.code]).to.deep.equal([405, 'METHOD_NOT_ALLOWED']);
    expect(wrong.headers.get('allow')).to.equal('GET, HEAD');
  });

  it('lets pages of any origin call, without cookies', async () => {
    const question = await fetch(`${frame.base}/echo`, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
    });
    expect(question.status).to.equal(204);
    expect(question.headers.get('access-control-allow-methods')).to.equal('POST');
    expect(question.headers.get('access-control-allow-headers')).to.include('x-api-key');
    const answer = await frame.post('/echo', '{"name":"x"}', { origin: 'https://elsewhere.example' });
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    expect(answer.headers.has('access-control-allow-credentials')).to.equal(false);
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    expect((await ask(`${frame.base}/nothing`, { method: 'OPTIONS' })).status).to.equal(404);
  });

  it('logs what went wrong on our side under the number that the caller gets, and tells no more', async () => {
    const crash = await frame.get('/fail/crash');
    expect([crash.status, crash.code]).to.deep.equal([500, 'INTERNAL_ERROR']);
    expect(crash.message).to.include(crash.json.request_id).and.not.to.include('password');
    expect(logged.at(-1)).to.include(crash.json.request_id).and.to.include('GET /cqa/api/v1/accounts/…/fail/crash');
    const full = await frame.get('/fail/full');
    expect([full.status, full.code]).to.deep.equal([503, 'SERVICE_UNAVAILABLE']);
    expect(full.message).not.to.include('secret');
    expect(full.headers.get('retry-after')).to.equal('60');
    const storage = await frame.get('/fail/storage');
    expect([storage.status, storage.code]).to.deep.equal([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(storage.headers.get('retry-after'))).to.be.above(0);
  });

  it('logs nothing of what is the caller’s own business', async () => {
    const before = logged.length;
    for (const how of ['limit', 'jobs']) expect((await frame.get(`/fail/${how}`)).status).to.equal(429);
    expect(logged.slice(before)).to.deep.equal([]);
  });
});
