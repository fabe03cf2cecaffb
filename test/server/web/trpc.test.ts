import { expect } from 'chai';
import { type Door, openDoor } from './door.ts';

describe('the door of the procedures', () => {
  let door: Door;
  before(async () => {
    door = await openDoor();
  });
  after(() => door.close());

  it('may be called from a frame of any origin, without cookies', async () => {
    const headers = { origin: 'null', 'access-control-request-headers': 'authorization' };
    const preflight = await fetch(`${door.url}/trpc/session.me`, { method: 'OPTIONS', headers });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('*');
    expect(preflight.headers.get('access-control-allow-headers')).to.contain('authorization');
    const answer = await door.query('setup.state', undefined, { headers: { origin: 'https://host.test' } });
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    expect(answer.headers.get('access-control-allow-credentials')).to.equal(null);
    expect(answer.headers.get('cache-control')).to.contain('no-store');
  });

  it('gives each request a number that its error repeats', async () => {
    const answer = await door.query('session.me');
    expect(answer.headers.get('x-trace-id')).to.equal(answer.error?.data.trace_id);
  });

  it('says what is wrong with a request that no procedure can read', async () => {
    const send = (body: string, type = 'application/json') =>
      fetch(`${door.url}/trpc/session.signIn`, { method: 'POST', headers: { 'content-type': type }, body });
    for (const response of [
      await send('{'),
      await send(JSON.stringify({ email: 'a@b.test', password: 'x'.repeat(600 * 1024) })),
      await send('<a/>', 'application/xml'),
      await fetch(`${door.url}/trpc/session.signIn`),
    ]) {
      const body = (await response.json()) as { error: { data: { code: string } } };
      expect(response.status).to.equal(400);
      expect(body.error.data.code).to.equal('invalid');
    }
  });

  it('takes no batch that would keep it busy', async () => {
    const paths = Array.from({ length: 21 }, () => 'setup.state').join(',');
    const response = await fetch(`${door.url}/trpc/${paths}?batch=1&input=%7B%7D`);
    expect(response.status).to.equal(400);
  });
});
