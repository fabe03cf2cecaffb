import { expect } from 'chai';
import { openEgress } from '../../../server/security/egress.ts';
import { type PostOptions, post } from '../../../server/security/post.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { openReceiver, type Receiver } from '../webhooks/receiver.ts';

describe('posting to a link', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await openReceiver();
  });
  afterEach(() => receiver.close());

  const send = (link: string, options: Partial<PostOptions> = {}) =>
    post(link, {
      egress: openEgress(['127.0.0.0/8']),
      signal: new AbortController().signal,
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from('{"a":"ä"}'),
      timeoutMs: 60_000,
      ...options,
    });

  async function fails(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
    const error = await promise.catch((thrown) => thrown);
    expect(error).to.be.instanceOf(AppError).with.property('code', code);
  }

  it('sends the body as it is, and no credentials from the link', async () => {
    expect(await send(receiver.url.replace('://', '://user:password@'))).to.include({
      status: 200,
      body: 'answered 200',
    });
    expect(receiver.received[0]?.body).to.equal('{"a":"ä"}');
    expect(receiver.received[0]?.headers).to.include({ 'content-length': '10' }).and.not.have.property('authorization');
  });

  it('connects to the address that was checked, whatever the name says the second time', async () => {
    const egress = { resolve: async () => ({ address: '127.0.0.1', family: 4 as const }) };
    expect(await send(receiver.url.replace('localhost', 'name.invalid'), { egress })).to.have.property('status', 200);
  });

  it('is blocked into private networks, and gives a redirect into one back unfollowed', async () => {
    await fails(send(receiver.url, { egress: openEgress([]) }), 'egress_blocked');
    receiver.answers((response) => response.writeHead(307, { location: 'http://10.0.0.1/' }).end());
    expect(await send(receiver.url)).to.have.property('status', 307);
  });

  it('has one time limit for everything, the look-up of the name included', async () => {
    const egress = { resolve: () => new Promise<never>(() => undefined) };
    await fails(send(receiver.url, { egress, timeoutMs: 50 }), 'host_timeout');
    receiver.answers(() => undefined);
    await fails(send(receiver.url, { timeoutMs: 50 }), 'host_timeout');
  });

  it('gives what came of an answer that breaks off, and cuts no character in two', async () => {
    receiver.answers((response) => {
      response.writeHead(500, { 'content-length': 1000 }).write('half');
      setImmediate(() => response.destroy());
    });
    expect(await send(receiver.url)).to.deep.include({ status: 500, body: 'half' });
    receiver.answers((response) => response.end(`a${'ö'.repeat(2000)}`));
    expect(await send(receiver.url)).to.have.property('body', `a${'ö'.repeat(1023)}`);
  });

  it('tells a refused connection, a broken one and a link that is none', async () => {
    await fails(send('http://localhost:1/'), 'host_refused');
    receiver.answers((response) => response.destroy());
    await fails(send(receiver.url), 'connection_lost');
    await fails(send('mailto:a@b.test'), 'invalid');
  });

  it('ends at once with the reason when it is told to stop', async () => {
    const stop = new AbortController();
    receiver.answers(() => stop.abort(new Error('stopping')));
    const error = await send(receiver.url, { signal: stop.signal }).catch((thrown) => thrown);
    expect(error).to.have.property('message', 'stopping');
  });
});
