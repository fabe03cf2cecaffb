import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { z } from 'zod';
import { discard } from '../../../../server/connectors/http/body.ts';
import { type HttpClientOptions, openHttpClient } from '../../../../server/connectors/http/client.ts';
import { openEgress } from '../../../../server/security/egress.ts';
import { AppError } from '../../../../shared/error.ts';
import { localhostCertificate, localhostKey } from '../../../harness/certificate.ts';
import { startFileServer } from '../../../harness/file-server.ts';
import { contextOf, rejects } from '../contract-kit.ts';

const numbered = z.object({ number: z.number() });

describe('the HTTP client of call APIs', () => {
  const stops: (() => Promise<unknown>)[] = [];
  after(() => Promise.all(stops.map((stop) => stop())));
  const serve = async (listener: RequestListener): Promise<URL> => {
    const server = await startFileServer(listener);
    stops.push(server.close);
    return new URL(server.url);
  };
  const open = (base: URL, more: Partial<HttpClientOptions> = {}) =>
    openHttpClient({ context: contextOf(), base, headers: { authorization: 'Basic c2VjcmV0' }, ...more });

  it('gives JSON that was checked, with the credentials and the query as they were given', async () => {
    let seen = '';
    const base = await serve((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers.authorization}`;
      response.end('{"number":7,"more":1}');
    });
    const client = open(new URL('/api', base));
    const query = { when: 'gte:2026-11-20 00:00:00;lte:x', none: undefined, all: true };
    expect(await client.json(numbered, { path: 'calls.json?a=1', query })).to.deep.equal({ number: 7 });
    expect(seen).to.equal(
      'GET /api/calls.json?a=1&when=gte%3A2026-11-20%2000%3A00%3A00%3Blte%3Ax&all=true Basic c2VjcmV0',
    );
    await client.json(numbered, { path: '/root.json' });
    expect(seen).to.match(/^GET \/root\.json /);
  });

  it('posts objects as JSON and parameters as a form', async () => {
    const seen: string[] = [];
    const base = await serve(async (request, response) => {
      let text = '';
      for await (const bytes of request) text += String(bytes);
      seen.push(`${request.headers['content-type']} ${text}`);
      response.end('{"number":1}');
    });
    await open(base).json(numbered, { method: 'POST', path: '/', body: { a: 1 } });
    await open(base).json(numbered, { method: 'POST', path: '/', body: new URLSearchParams({ b: 'ü' }) });
    expect(seen).to.deep.equal(['application/json {"a":1}', 'application/x-www-form-urlencoded b=%C3%BC']);
  });

  for (const [name, retryAfter] of [
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 1000).toUTCString()],
  ] as const)
    it(`429 is waited for as long as Retry-After says in ${name}`, async () => {
      let calls = 0;
      const base = await serve((_, response) => {
        if (++calls === 1) response.writeHead(429, { 'retry-after': retryAfter() }).end();
        else response.end('{"number":2}');
      });
      const started = performance.now();
      expect(await open(base).json(numbered, { path: '/' })).to.deep.equal({ number: 2 });
      expect(performance.now() - started).to.be.greaterThan(900);
      expect(calls).to.equal(2);
    });

  it('429 that asks for a longer wait than is made fails at once and says when', async () => {
    const base = await serve((_, response) => response.writeHead(429, { 'retry-after': '600' }).end('slow down'));
    for (const calling of [open(base).json(numbered, { path: '/' }), open(base).send({ path: '/' })]) {
      const failure = await rejects(calling, 'rate_limited');
      expect(failure.retryAfterSeconds).to.equal(600);
    }
  });

  it('an abort ends the wait after 429', async () => {
    const stop = new AbortController();
    const base = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '60' }).end();
      setTimeout(() => stop.abort(), 50);
    });
    const calling = open(base, { context: contextOf({ signal: stop.signal }) }).json(numbered, { path: '/' });
    await rejects(calling, 'cancelled');
  });

  for (const [status, code] of [
    [400, 'http_status'],
    [401, 'sign_in_refused'],
    [403, 'permission_denied'],
    [404, 'path_missing'],
    [500, 'http_unavailable'],
    [503, 'http_unavailable'],
    [512, 'http_unavailable'],
  ] as const)
    it(`${status} is ${code}, with what the server wrote in the cause`, async () => {
      const base = await serve((_, response) => response.writeHead(status).end(`why it is so ${'.'.repeat(5000)}`));
      for (const call of ['json', 'stream'] as const) {
        const client = open(base);
        const calling = call === 'json' ? client.json(numbered, { path: '/' }) : client.stream({ path: '/' });
        const failure = await rejects(calling, code);
        expect(String(failure.cause)).to.match(/why it is so/);
        expect(String(failure.cause).length).to.be.lessThan(300);
      }
      expect((await open(base).send({ path: '/' })).status).to.equal(status);
    });

  it("a system's own error bodies may be translated", async () => {
    const base = await serve((_, response) => response.writeHead(402).end('{"reason":"unpaid"}'));
    const failureOf: HttpClientOptions['failureOf'] = ({ status, text }) =>
      status === 402 ? new AppError('permission_denied', `unpaid: ${text}`) : undefined;
    const failure = await rejects(open(base, { failureOf }).json(numbered, { path: '/' }), 'permission_denied');
    expect(failure.message).to.equal('unpaid: {"reason":"unpaid"}');
  });

  it('HTML, nothing, broken and unknown JSON are told apart', async () => {
    const base = await serve((request, response) => {
      const bodies: Record<string, string> = {
        '/html': '<!DOCTYPE html><html>Sign in</html>',
        '/broken': '{"number":',
        '/other': '{"number":"seven"}',
      };
      response.end(bodies[request.url ?? ''] ?? '');
    });
    const messageOf = async (path: string) =>
      (await rejects(open(base).json(numbered, { path }), 'protocol_error')).message;
    expect(await messageOf('/html')).to.match(/an HTML page where JSON was due/);
    expect(await messageOf('/nothing')).to.match(/with nothing where/);
    expect(await messageOf('/broken')).to.match(/something else where/);
    expect(await messageOf('/other')).to.match(/another form.*number/);
  });

  it('what is secret in an answer is not in the failure', async () => {
    const base = await serve((request, response) => {
      const bodies: Record<string, string> = { '/html': '<html>s3cr3t', '/other': '{"number":"s3cr3t"}' };
      response.end(bodies[request.url ?? '']);
    });
    for (const path of ['/html', '/other']) {
      expect(inspect(await rejects(open(base).json(numbered, { path }), 'protocol_error'))).to.contain('s3cr3t');
      const failure = await rejects(open(base).json(numbered, { path, isSecret: true }), 'protocol_error');
      expect(inspect(failure)).not.to.contain('s3cr3t');
    }
  });

  it('a certificate that cannot be trusted is told as such, and names the field', async () => {
    const server = createTlsServer({ cert: localhostCertificate, key: localhostKey }, (_, response) => response.end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    stops.push(async () => server.close());
    const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
    const failure = await rejects(
      open(url, { field: 'base_url' }).json(numbered, { path: '/' }),
      'certificate_untrusted',
    );
    expect(failure.field).to.equal('base_url');
    expect(failure.kind).to.equal('config');
  });

  it('a body that is cut in the middle is a failure, with and without an announced length', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': '1000' });
      response.write('{"number":', () => response.socket?.destroy());
    });
    for (const path of ['/announced', '/chunked']) {
      await rejects(open(base).json(numbered, { path }), 'connection_lost');
      const { body } = await open(base).stream({ path });
      await rejects(lengthOf(body), 'connection_lost');
    }
  });

  it('silence ends by the watchdog: before the answer and in the middle of a body', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/body') response.write('{');
    });
    const client = open(base, { timeoutMs: 1_500 });
    const failure = await rejects(client.json(numbered, { path: '/head' }), 'host_timeout');
    expect(failure.message).to.match(/firewall/);
    await rejects(client.json(numbered, { path: '/body' }), 'host_timeout');
    await rejects(lengthOf((await client.stream({ path: '/body' })).body), 'host_timeout');
  });

  it('an abort ends a call that stands still, and a body', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/body') response.write('{');
    });
    for (const path of ['/head', '/body']) {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);
      const client = open(base, { context: contextOf({ signal: stop.signal }) });
      await rejects(client.json(numbered, { path }), 'cancelled');
    }
  });

  it('a redirect to another host carries no credentials, and API calls are not redirected there at all', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.headers.authorization ?? request.headers['x-key']?.toString());
      response.end('audio');
    });
    const base = await serve((_, response) => response.writeHead(302, { location: `${elsewhere.href}a.mp3` }).end());
    const { body } = await open(base).stream({ path: '/', headers: { 'x-key': 'secret' } });
    expect(await lengthOf(body)).to.equal(5);
    expect(seen).to.deep.equal([undefined]);
    const failure = await rejects(open(base, { field: 'base_url' }).json(numbered, { path: '/' }), 'protocol_error');
    expect(failure.field).to.equal('base_url');
    expect(failure.message).to.contain(elsewhere.origin);
    expect(seen).to.have.length(1);
  });

  it('a redirect on the same host keeps the credentials', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(307, { location: '/b' }).end();
      else response.end(`{"number":${request.headers.authorization ? 1 : 0}}`);
    });
    expect(await open(base).json(numbered, { path: '/a' })).to.deep.equal({ number: 1 });
  });

  it("a link to another host than the base's is called without the client's credentials", async () => {
    const elsewhere = await serve((request, response) =>
      response.end(`{"number":${request.headers.authorization ? 1 : 0}}`),
    );
    const base = await serve((_, response) => response.end());
    expect(await open(base).json(numbered, { path: elsewhere })).to.deep.equal({ number: 0 });
  });

  it('a body that nobody wants is ended with its connection, also before anybody has begun to read', async () => {
    const ended: Promise<unknown>[] = [];
    const base = await serve((_, response) => {
      ended.push(once(response, 'close'));
      response.write('the beginning of something long');
    });
    await discard((await open(base).stream({ path: '/' })).body);
    for await (const bytes of (await open(base).stream({ path: '/' })).body) if (bytes.length > 0) break;
    await Promise.all(ended);
    expect(ended).to.have.length(2);
  });

  it('more than is allowed is refused, whether it is announced or not', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': '3000000' });
      response.end(Buffer.alloc(3_000_000, ' '));
    });
    for (const path of ['/announced', '/chunked']) {
      const failure = await rejects(open(base).json(numbered, { path, maxBytes: 1_000_000 }), 'http_status');
      expect(failure.message).to.match(/1 MB/);
      const tooLarge = { advice: 'Ask for less.', field: 'paging' };
      const advised = await rejects(open(base).json(numbered, { path, maxBytes: 1_000_000, tooLarge }), 'http_status');
      expect(advised.message).to.match(/Ask for less\.$/);
      expect(advised.field).to.equal('paging');
      const { body } = await open(base).stream({ path, maxBytes: 1_000_000 });
      await rejects(lengthOf(body), 'audio_too_large');
    }
  });

  it('blocked, refused, unknown and no TLS are told apart and name the field', async () => {
    const base = await serve((_, response) => response.end());
    const call = async (options: Partial<HttpClientOptions>, url = base) =>
      open(url, { field: 'base_url', ...options }).json(numbered, { path: '/' });
    const blocked = contextOf({ egress: openEgress([]) });
    expect((await rejects(call({ context: blocked }), 'egress_blocked')).field).to.equal('base_url');
    expect((await rejects(call({}, await freeAddress()), 'host_refused')).field).to.equal('base_url');
    expect((await rejects(call({}, new URL('http://nowhere.invalid')), 'host_unknown')).field).to.equal('base_url');
    expect((await rejects(call({}, new URL(`https://${base.host}`)), 'protocol_error')).message).to.match(/TLS/);
  });
});

async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const bytes of body) length += bytes.length;
  return length;
}

/** An address on which nothing listens any more. */
async function freeAddress(): Promise<URL> {
  const server = createTcpServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 1}`);
}
