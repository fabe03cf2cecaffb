import { once } from 'node:events';
import { mock } from 'node:test';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express from 'express';
import { readJson } from '../../../server/api/body.ts';
import type { Services } from '../../../server/services.ts';
import type { AppError } from '../../../shared/error.ts';
import { testServices } from '../../harness/services.ts';
import { echo, type Frame, openFrame, speak } from './frame.ts';

describe('a JSON body', () => {
  let services: Services;
  let frame: Frame;
  before(async () => {
    services = await testServices({ rateLimit: 'off' });
    frame = await openFrame(services, [echo({ bodyBytesMost: 100_000 })]);
  });
  after(async () => {
    await frame.close();
    await services.close();
  });

  it('is read whatever its content-type says', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
      const answer = await frame.post('/echo', '{"a":1}', { 'content-type': type });
      expect(answer.json.data.body, type).to.deep.equal({ a: 1 });
    }
  });

  it('may begin with a byte order mark and come in pieces of any size', async () => {
    const whole = Buffer.from('\uFEFF{"text":"Grüße 你好"}');
    const pieces = new ReadableStream({
      async pull(controller) {
        for (const byte of whole) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect((await frame.post('/echo', pieces)).json.data.body).to.deep.equal({ text: 'Grüße 你好' });
  });

  const notJson: [what: string, body: string | Uint8Array][] = [
    ['nothing', ''],
    ['words', 'hello'],
    ['a cut object', '{"a":'],
    ['two objects', '{}{}'],
    ['a comma too many', '{"a":1,}'],
    ['other quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a form', 'a=1&b=2'],
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
    ['half of a character', '{"a":"\\ud800"}'],
    ['half of a character as a name', '{"\\udc00":1}'],
  ];
  for (const [what, body] of notJson)
    it(`is INVALID_JSON, with what to change, when it is ${what}`, async () => {
      const answer = await frame.post('/echo', body as RequestInit['body']);
      expect(answer.status).to.equal(400);
      expect(answer.code).to.equal('INVALID_JSON');
      expect(answer.message).to.match(/Send|Write/);
    });

  it('may be packed by gzip, and is limited after it is unpacked', async () => {
    const packed = { 'content-encoding': 'gzip' };
    const good = await frame.post('/echo', gzipSync('{"a":1}'), packed);
    expect(good.json.data.body).to.deep.equal({ a: 1 });
    const bomb = await frame.post('/echo', gzipSync(Buffer.alloc(50_000_000, ' ')), packed);
    expect([bomb.status, bomb.code]).to.deep.equal([400, 'VALIDATION_ERROR']);
    const shouted = await frame.post('/echo', gzipSync('{"a":1}'), { 'content-encoding': 'GZIP' });
    expect(shouted.json.data.body).to.deep.equal({ a: 1 });
    const plain = await frame.post('/echo', '{}', packed);
    expect(plain.code).to.equal('INVALID_JSON');
    const other = await frame.post('/echo', '{}', { 'content-encoding': 'br' });
    expect([other.code, other.message]).to.deep.equal([
      'INVALID_REQUEST',
      'The body is packed as "br". Send it unpacked, or with Content-Encoding: gzip.',
    ]);
  });

  it('with duplicate or dangerous names, or nested without end, harms nobody', async () => {
    const twice = await frame.post('/echo', '{"a":1,"a":2}');
    expect(twice.json.data.body).to.deep.equal({ a: 2 });
    const proto = await frame.post(
      '/echo',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
    );
    expect([proto.status, proto.code]).to.deep.equal([400, 'VALIDATION_ERROR']);
    expect(proto.message).to.include('__proto__');
    expect(({} as { polluted?: boolean }).polluted).to.equal(undefined);
    const deep = await frame.post('/echo', `${'['.repeat(45_000)}${']'.repeat(45_000)}`);
    expect([deep.status, deep.code]).to.deep.equal([400, 'VALIDATION_ERROR']);
    const deepObjects = await frame.post('/echo', `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`);
    expect(deepObjects.code).to.equal('VALIDATION_ERROR');
  });

  it('that is too large is refused at once and not read', async () => {
    const gigabyte = 1024 ** 3;
    const head = (length: string) =>
      `POST ${new URL(frame.base).pathname}/echo HTTP/1.1\r\nHost: x\r\nX-API-Key: ${frame.key}\r\n${length}\r\n\r\n`;
    const announced = await speak(frame.url, (write) => void write(head(`Content-Length: ${gigabyte}`)));
    expect(announced.text).to.include('VALIDATION_ERROR').and.to.include('Connection: close');
    expect(announced.text).to.include('100,000 bytes');

    const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 'x'), Buffer.from('\r\n')]);
    const endless = await speak(frame.url, async (write, drained) => {
      write(head('Transfer-Encoding: chunked'));
      for (let sent = 0; sent < gigabyte; sent += piece.length) {
        if (!write(piece)) await drained();
      }
    });
    expect(endless.text).to.include('VALIDATION_ERROR');
    expect(endless.bytesSent).to.be.lessThan(64 * 1024 ** 2);
  });

  it('is not read at all before the caller is known', async () => {
    const { text } = await speak(frame.url, (write) => {
      write(`POST ${new URL(frame.base).pathname}/echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${1024 ** 3}\r\n\r\n`);
    });
    expect(text)
      .to.match(/^HTTP\/1.1 401 /)
      .and.to.include('Connection: close');
  });

  it('that is refused leaves the connection to the next call when it is short', async () => {
    const path = new URL(frame.base).pathname;
    const body = 'x'.repeat(200_000);
    const { text } = await speak(frame.url, (write) => {
      write(`POST ${path}/echo HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      write(`GET ${path}/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    expect(text.match(/HTTP\/1.1 \d+/g)).to.deep.equal(['HTTP/1.1 401', 'HTTP/1.1 404']);
  });

  const unread: [what: string, body: Buffer][] = [
    ['cannot be unpacked', Buffer.alloc(90_000, 'x')],
    ['is too large when unpacked', gzipSync(Buffer.alloc(50_000_000, ' '))],
  ];
  for (const [what, body] of unread)
    it(`that ${what} leaves the connection to the next call`, async () => {
      const path = new URL(frame.base).pathname;
      const head = `Host: x\r\nX-API-Key: ${frame.key}\r\n`;
      const { text } = await speak(frame.url, async (write) => {
        write(`POST ${path}/echo HTTP/1.1\r\n${head}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
        write(body);
        write(`GET ${path}/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      });
      expect(text.match(/HTTP\/1.1 \d+/g)).to.deep.equal(['HTTP/1.1 400', 'HTTP/1.1 404']);
    });
});

describe('a JSON body that comes drop by drop', () => {
  afterEach(() => mock.timers.reset());

  it('is given up after 30 seconds', async () => {
    const app = express();
    app.use((request, response) => {
      mock.timers.enable({ apis: ['setTimeout'] });
      readJson(request).catch((error: AppError) =>
        response.status(400).set('Connection', 'close').send(`${error.code} ${error.message}`),
      );
      request.once('data', () => mock.timers.tick(30_000));
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as { port: number };
    const { text } = await speak(`http://127.0.0.1:${address.port}`, (write) => {
      write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx');
    });
    expect(text).to.include('invalid The body did not arrive within 30 seconds');
    server.close();
  });
});
