import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { openEgress } from '../../../server/security/egress.ts';
import { type FetchOptions, fetchStream } from '../../../server/security/fetch.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { localhostCertificate, localhostKey } from '../../harness/certificate.ts';
import { eventually } from '../../harness/eventually.ts';

describe('fetching a link', () => {
  const stops: (() => Promise<unknown>)[] = [];
  after(() => Promise.all(stops.map((stop) => stop())));
  const serve = async (listener: RequestListener, tls = false): Promise<number> => {
    const server = tls
      ? createTlsServer({ cert: localhostCertificate, key: localhostKey }, listener)
      : createServer(listener);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    stops.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as AddressInfo).port;
  };

  it('streams the bytes', async () => {
    const content = randomBytes(2_000_000);
    const port = await serve((_, response) => response.end(content));
    expect((await get(`http://localhost:${port}/a.wav`)).equals(content)).to.equal(true);
  });

  it('sends no credentials, neither from the link nor to where it redirects', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(...Object.keys(request.headers));
      if (request.url === '/b') response.end('x');
      else response.writeHead(302, { location: '/b' }).end();
    });
    await get(`http://user:password@localhost:${port}/a`);
    expect(seen).to.include('host').and.not.include('authorization').and.not.include('cookie');
  });

  it('follows five redirects and no more', async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect((await get(`http://localhost:${port}/5`)).toString()).to.equal('there');
    await fails(get(`http://localhost:${port}/6`), 'http_status');
  });

  it('a redirect into a private network is blocked like a link into one', async () => {
    const port = await serve((_, response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end());
    await fails(get(`http://localhost:${port}/`), 'egress_blocked');
    await fails(get('http://169.254.169.254/latest/meta-data/'), 'egress_blocked');
    await fails(get(`http://127.0.0.1:${port}/`, { egress: openEgress([]) }), 'egress_blocked');
  });

  it('connects to the address that was checked, whatever the name says the second time', async () => {
    const port = await serve((_, response) => response.end('pinned'));
    const egress = { resolve: async () => ({ address: '127.0.0.1', family: 4 as const }) };
    expect((await get(`http://name.invalid:${port}/`, { egress })).toString()).to.equal('pinned');
  });

  it('a name is looked up once for each hop, so a resolver that changes its mind gains nothing', async () => {
    const seen: string[] = [];
    const port = await serve((request, response) => {
      seen.push(`${request.socket.localAddress}${request.url}`);
      if (request.url === '/b') response.end('there');
      else response.writeHead(302, { location: '/b' }).end();
    });
    const answers = ['127.0.0.1', '127.0.0.1', '10.0.0.1'];
    const lookUp = async () => [{ address: answers.shift() ?? '169.254.169.254', family: 4 }];
    const egress = openEgress(['127.0.0.1'], lookUp);
    const link = `http://rebinding.example:${port}/a`;
    expect((await get(link, { egress })).toString()).to.equal('there');
    expect(seen).to.deep.equal(['127.0.0.1/a', '127.0.0.1/b']);
    await fails(get(link, { egress }), 'egress_blocked');
    await fails(get(link, { egress }), 'egress_blocked');
    expect(seen).to.have.length(2);
  });

  it('a name is blocked when only one of its addresses is private', async () => {
    const lookUp = async () => ['93.184.216.34', '10.0.0.1'].map((address) => ({ address, family: 4 }));
    await fails(get('http://two.example/', { egress: openEgress([], lookUp) }), 'egress_blocked');
  });

  it('a server that drips bytes is a time-out, although it is never silent', async () => {
    const port = await serve((_, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const failure = await fails(get(`http://localhost:${port}/`, { slowAfterMs: 200 }), 'host_timeout');
    expect(failure.message).to.match(/1 KB a second/);
  });

  it('a reader that stops early closes the connection', async () => {
    let isClosed = false;
    const port = await serve((_, response) => {
      response.on('close', () => {
        isClosed = true;
      });
      response.write(Buffer.alloc(1000));
    });
    const content = await fetchStream(`http://localhost:${port}/`, options());
    for await (const _ of content) break;
    await eventually('closed', () => isClosed);
  });

  const statuses: [number, ErrorCode, RegExp][] = [
    [404, 'http_status', /missing/],
    [410, 'http_status', /missing/],
    [403, 'http_status', /not open to us/],
    [400, 'http_status', /400/],
    [429, 'http_unavailable', /429/],
    [500, 'http_unavailable', /500/],
    [503, 'http_unavailable', /overloaded.*If it lasts, ask those who run it/],
  ];
  for (const [status, code, words] of statuses)
    it(`answers ${status} with ${code}`, async () => {
      const port = await serve((_, response) => response.writeHead(status).end('<html>'));
      const failure = await fails(get(`http://localhost:${port}/a.wav?signature=private`), code);
      expect(failure.message).to.match(words).and.not.contain('private');
    });

  it('what is too large is refused, announced or not', async () => {
    const announced = await serve((_, response) => response.end(Buffer.alloc(2000)));
    const unannounced = await serve((_, response) => {
      for (let i = 0; i < 20; i++) response.write(Buffer.alloc(100));
      response.end();
    });
    for (const port of [announced, unannounced])
      await fails(get(`http://localhost:${port}/`, { maxBytes: 1500 }), 'audio_too_large');
  });

  it('silence is a time-out, before the answer and in the middle of it', async () => {
    const before = await serve(() => undefined);
    await fails(get(`http://localhost:${before}/`, { connectTimeoutMs: 100 }), 'host_timeout');
    const middle = await serve((_, response) => void response.write('begin'));
    await fails(get(`http://localhost:${middle}/`, { idleTimeoutMs: 100 }), 'host_timeout');
  });

  it('an answer that breaks off is connection_lost, not a short recording', async () => {
    const port = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('half');
      setImmediate(() => response.destroy());
    });
    await fails(get(`http://localhost:${port}/`), 'connection_lost');
  });

  it('a port on which nothing listens is host_refused', async () => {
    await fails(get('http://localhost:1/'), 'host_refused');
  });

  it('an abort ends it at once', async () => {
    const stop = new AbortController();
    const port = await serve(() => stop.abort());
    await fails(get(`http://localhost:${port}/`, { signal: stop.signal }), 'cancelled');
  });

  it('what is no http link is refused', async () => {
    for (const link of ['ftp://host/a', 'file:///etc/passwd', 'http://', 'nothing']) await fails(get(link), 'invalid');
  });

  it('a certificate must be trusted and fit the name', async () => {
    const port = await serve((_, response) => response.end('secure'), true);
    const trusting = { certificateAuthority: localhostCertificate };
    expect((await get(`https://localhost:${port}/`, trusting)).toString()).to.equal('secure');
    await fails(get(`https://localhost:${port}/`), 'certificate_untrusted');
    const failure = await fails(get(`https://127.0.0.1:${port}/`, trusting), 'certificate_untrusted');
    expect(failure.message).to.contain('certificate');
  });
});

function options(given: Partial<FetchOptions> = {}): FetchOptions {
  const { signal } = new AbortController();
  const egress = openEgress(['127.0.0.0/8']);
  return { egress, signal, maxBytes: 10_000_000, tooLargeCode: 'audio_too_large', ...given };
}

async function get(link: string, given: Partial<FetchOptions> = {}): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of await fetchStream(link, options(given))) parts.push(bytes);
  return Buffer.concat(parts);
}

async function fails(promise: Promise<unknown>, code: ErrorCode): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    const failure = AppError.from(error);
    expect(failure.code, failure.message).to.equal(code);
    return failure;
  }
  throw new Error(`did not fail, although ${code} was expected`);
}
