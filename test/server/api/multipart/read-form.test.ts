import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { ByteStream } from '../../../../server/byte-stream.ts';
import { formLimits } from '../../../../server/http/upload/limits.ts';
import { AppError } from '../../../../shared/error.ts';
import { eventually } from '../../../harness/eventually.ts';
import { scratchFolder } from '../../../harness/folders.ts';
import { beginForm, boundary, type FormServer, formEnd, formServer, part, readAll, sendChunk } from './form-server.ts';

const run = promisify(execFile);
const limits = { fileBytes: 4 * 1024 ** 2, fields: 5, fieldBytes: 2000, formBytes: 8000 };

async function hashOf(content: ByteStream): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of content) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

describe('a form with a recording', () => {
  let server: FormServer;
  let before: string[] = [];
  let fileName: string | undefined;
  let ended: unknown[] = [];
  beforeEach(async () => {
    ended = [];
    before = [];
    fileName = undefined;
    server = await formServer({
      limits,
      pace: { silenceMs: 400, windowMs: 1200, windowBytes: 6000, totalMs: 200_000 },
      async takeFile(content, facts) {
        before = [...facts.fieldsBefore.keys()];
        fileName = facts.fileName;
        try {
          return await hashOf(content);
        } catch (error) {
          ended.push(error);
          throw error;
        }
      },
    });
  });
  afterEach(() => server.close());

  const send = async (body: Uint8Array | FormData, headers: Record<string, string> = {}) => {
    const own: Record<string, string> =
      body instanceof FormData ? {} : { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { ...own, ...headers },
      body: body as Uint8Array,
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as Answer) };
  };
  interface Answer {
    fields?: Record<string, string>;
    file?: { bytes: number; sha256: string };
    code?: string;
    message?: string;
    field?: string;
  }
  const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

  it('gives fields from before and after the file, and the file byte by byte', async () => {
    const content = Buffer.from(`\r\n--${boundary.slice(0, -1)}x\r\n--\0`.repeat(50_000));
    const body = [part('a', 'naïve 漢字 🎧'), part('file', content, 'gespräch.wav'), part('b', 'after'), formEnd];
    const { fields, file } = await send(Buffer.concat(body));
    expect(fields).to.deep.equal({ a: 'naïve 漢字 🎧', b: 'after' });
    expect(file).to.deep.equal({ bytes: content.length, sha256: sha256(content) });
    expect(before).to.deep.equal(['a']);
    expect(fileName).to.equal('gespräch.wav');
  });

  it('takes what fetch and curl send', async () => {
    const content = Buffer.alloc(3_000_000, 'sound');
    const form = new FormData();
    form.set('file', new Blob([content]), 'call.wav');
    form.set('metadata', new Blob(['{"a":1}'], { type: 'application/json' }));
    const byFetch = await send(form);
    expect(byFetch.file?.sha256).to.equal(sha256(content));
    expect(byFetch.fields).to.deep.equal({ metadata: '{"a":1}' });

    const path = join(scratchFolder('curl'), 'call.wav');
    writeFileSync(path, content);
    const { stdout } = await run('curl', ['-sS', '-F', `file=@${path}`, '-F', 'agent=Zoë', server.url]);
    expect(JSON.parse(stdout)).to.deep.equal({
      fields: { agent: 'Zoë' },
      file: { bytes: content.length, sha256: sha256(content) },
    });
  });

  const refusals: [string, Buffer[], { message: RegExp; field?: string }][] = [
    ['without a file', [part('a', '1'), formEnd], { message: /no file/, field: 'file' }],
    ['without anything', [formEnd], { message: /no file/, field: 'file' }],
    [
      'with two files',
      [part('file', 'x', 'a'), part('file', 'y', 'b'), formEnd],
      { message: /two files/, field: 'file' },
    ],
    [
      'with its file under another name',
      [part('record', 'x', 'a.wav'), formEnd],
      { message: /under "file"/, field: 'record' },
    ],
    ['with a field twice', [part('a', '1'), part('a', '2'), formEnd], { message: /given twice/, field: 'a' }],
    ['with a long field', [part('a', 'x'.repeat(2001)), formEnd], { message: /larger than/, field: 'a' }],
    [
      'with long fields',
      [...'abcde'].map((name) => part(name, 'x'.repeat(1999))).concat(formEnd),
      { message: /together/ },
    ],
    [
      'with many fields',
      [...'abcdefg'].map((name) => part(name, '1')).concat(formEnd),
      { message: /more than 5 fields/ },
    ],
    ['that is cut short', [part('file', 'x'.repeat(1000), 'a.wav')], { message: /before its last boundary/ }],
    ['that is no form', [Buffer.from('{}')], { message: /before its last boundary/ }],
    ['that is empty', [Buffer.alloc(0)], { message: /before its last boundary/ }],
    [
      'whose part ends in its head',
      [Buffer.from(`--${boundary}\r\nContent-Disp`)],
      { message: /before its last boundary/ },
    ],
  ];
  for (const [what, body, { message, field }] of refusals)
    it(`is refused ${what}`, async () => {
      const answer = await send(Buffer.concat(body));
      expect(answer.status).to.equal(400);
      expect(answer.code).to.equal('invalid');
      expect(answer.message).to.match(message);
      if (field) expect(answer.field).to.equal(field);
    });

  const filler = 'x'.repeat(20_000);
  const raw = (head: string, content: string | Uint8Array = filler) =>
    Buffer.concat([Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
  const disposition = 'Content-Disposition: form-data; name=';
  const damaged: [string, Buffer, RegExp][] = [
    ['no Content-Disposition', raw('X-Foo: bar'), /Part 2 .*no readable header "Content-Disposition/],
    ['another disposition', raw('Content-Disposition: attachment'), /Part 2 .*"Content-Disposition: attachment"/],
    ['no name', raw('Content-Disposition: form-data'), /Part 2 .*no name/],
    [
      'headers that end in LF alone',
      Buffer.from(`--${boundary}\r\n${disposition}"a"\n\n${filler}\r\n`),
      /Part 2 .*without an end/,
    ],
    [
      'a line break in its encoded filename',
      raw(`${disposition}"file"; filename*=UTF-8''%0d%0aX%3a1.wav`),
      /Part 2 .*line break/,
    ],
    ['a line break in its filename', raw(`${disposition}"file"; filename="a\nb.wav"`), /Part 2 .*no readable header/],
    ['long headers', raw(`${disposition}"${'n'.repeat(9000)}"`), /Part 2 .*more than 8 KB/],
    ['very long headers', raw(`${disposition}"${'n'.repeat(70_000)}"`), /Part 2 .*more than 8 KB/],
  ];
  for (const [what, body, message] of damaged)
    for (const [where, rest] of [
      ['in between', [part('file', 'x', 'a.wav'), formEnd]],
      ['at its end', [formEnd]],
    ] as const)
      it(`is refused at once with a part that has ${what}, ${where}`, async () => {
        const answer = await send(Buffer.concat([part('a', '1'), body, ...rest]));
        expect([answer.status, answer.code]).to.deep.equal([400, 'invalid']);
        expect(answer.message).to.match(message);
      });

  it('is refused with a field that is not UTF-8, or has a name that nobody would see', async () => {
    const invalid = await send(Buffer.concat([raw(`${disposition}"a"`, Buffer.from([0xff, 0xfe, 0x41])), formEnd]));
    expect([invalid.status, invalid.field]).to.deep.equal([400, 'a']);
    expect(invalid.message).to.match(/not text in utf-8/);
    const proto = await send(Buffer.concat([part('__proto__', '1'), part('file', 'x', 'a.wav'), formEnd]));
    expect([proto.status, proto.field]).to.deep.equal([400, '__proto__']);
  });

  it('is read whatever the size of its parts, and whatever stands around them', async () => {
    for (const size of [0, 1, 16_000, 16_384, 17_000, 33_000, 66_000]) {
      const body = [
        Buffer.from('before\r\n'),
        part('a', '1'),
        part('file', Buffer.alloc(size), 'a.wav'),
        part('b', ''),
      ];
      const answer = await send(Buffer.concat([...body, formEnd, Buffer.alloc(100_000)]));
      expect(answer.file?.bytes, `${size} bytes`).to.equal(size);
      expect(answer.fields).to.deep.equal({ a: '1', b: '' });
    }
  });

  it('takes fields in another charset and names as clients write them', async () => {
    const body = [
      raw(`${disposition}"a"\r\nContent-Type: text/plain; charset=iso-8859-1`, Buffer.from('Zo\xeb', 'latin1')),
      raw('content-disposition: form-data; name=b', '2'),
      raw(`${disposition}"file"; filename="x.wav"; filename*=UTF-8''Zo%C3%AB.wav`, 'x'),
      formEnd,
    ];
    expect((await send(Buffer.concat(body))).fields).to.deep.equal({ a: 'Zoë', b: '2' });
    expect(fileName).to.equal('Zoë.wav');
  });

  it('is refused when its Content-Type is another, or names no boundary', async () => {
    expect((await send(Buffer.from('{}'), { 'content-type': 'application/json' })).message).to.match(/as a form/);
    expect((await send(Buffer.from('x'), { 'content-type': 'multipart/form-data; charset=x' })).message).to.match(
      /boundary/,
    );
  });

  it('is refused when its file is too large, by what it says of itself and by what it sends', async () => {
    const large = Buffer.concat([part('file', Buffer.alloc(limits.fileBytes + 1), 'a.wav'), formEnd]);
    expect((await send(large)).code).to.equal('audio_too_large');
    const socket = await beginForm(server.port, part('file', '', 'a.wav').subarray(0, -2));
    for (let i = 0; i < 5; i++) sendChunk(socket, Buffer.alloc(1024 ** 2));
    const answer = await readAll(socket);
    expect(answer)
      .to.match(/audio_too_large/)
      .and.match(/connection: close/i);
  });

  it('is answered to clients that are still sending', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      start: (controller) => controller.enqueue(part('file', 'x', 'a.wav').subarray(0, -2)),
    });
    const init = {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    };
    const response = await fetch(server.url, init as RequestInit);
    expect(response.status).to.equal(400);
    expect(await response.text()).to.match(/audio_too_large/);

    const path = join(scratchFolder('curl'), 'large');
    writeFileSync(path, Buffer.alloc(60 * 1024 ** 2));
    const { stdout } = await run('curl', ['-sS', '-H', 'Expect:', '-F', `file=@${path}`, server.url]);
    expect(JSON.parse(stdout).code).to.equal('audio_too_large');
  });

  it('is answered to a client that reads only when it has sent everything', async () => {
    const socket = await beginForm(server.port, part('file', '', 'a.wav').subarray(0, -2));
    socket.pause();
    for (let i = 0; i < 20; i++) if (!sendChunk(socket, Buffer.alloc(1024 ** 2))) await once(socket, 'drain');
    expect(await readAll(socket)).to.match(/audio_too_large/);
  });

  it('gives its content up when the client goes away', async () => {
    const socket = await beginForm(server.port, part('file', Buffer.alloc(100_000), 'a.wav').subarray(0, -2));
    await eventually('the beginning of the file', () => before.length === 0 && fileName === 'a.wav');
    socket.destroy();
    const [error] = await eventually('the end', () => server.outcomes.length > 0 && server.outcomes);
    expect(error?.code).to.equal('connection_lost');
    expect(ended).to.have.length(1);
    expect((ended[0] as AppError).code).to.equal('connection_lost');
  });

  it('is ended when it stalls', async () => {
    const socket = await beginForm(server.port, part('file', 'x'.repeat(5000), 'a.wav').subarray(0, -2));
    expect(await readAll(socket))
      .to.match(/not a byte/)
      .and.match(/connection: close/i);
  });

  it('is ended when it drips', async () => {
    const socket = await beginForm(server.port, part('file', 'x'.repeat(1000), 'a.wav').subarray(0, -2));
    const drip = setInterval(() => sendChunk(socket, Buffer.from('x')), 50);
    const answer = await readAll(socket);
    clearInterval(drip);
    expect(answer).to.match(/less than 5 KB a second/);
  });

  it('is not ended when it is we who are slow', async () => {
    const slow = await formServer({
      limits,
      pace: { silenceMs: 200, windowMs: 400, windowBytes: 1024 ** 3 },
      async takeFile(content) {
        let waits = 0;
        for await (const _ of content) if (waits++ < 5) await new Promise((resolve) => setTimeout(resolve, 150));
        return 'all of it';
      },
    });
    const body = Buffer.concat([part('file', Buffer.alloc(3 * 1024 ** 2), 'a'), formEnd]);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const response = await fetch(slow.url, { method: 'POST', body, headers });
    expect(await response.json()).to.deep.equal({ fields: {}, file: 'all of it' });
    await slow.close();
  });

  describe('whose recording is not taken any further', () => {
    const halting = (pace: { stuckMs: number }) =>
      formServer({
        limits,
        pace: { silenceMs: 300, ...pace },
        // Waits for more than it gets, as storage does that has come to a halt, until the form is given up.
        async takeFile(content) {
          const pieces = content[Symbol.asyncIterator]();
          await pieces.next();
          await eventually('the end', () => halted);
          while (!(await pieces.next()).done);
        },
      });
    let halted = false;
    /** Counted as the watch over the pace counts, which sees the same pauses of this process. */
    const afterLooks = (looks: number) => {
      const timer = setInterval(() => {
        if (--looks > 0) return;
        halted = true;
        clearInterval(timer);
      }, 10);
    };
    beforeEach(() => {
      halted = false;
    });
    const whole = Buffer.concat([part('file', Buffer.alloc(20_000), 'a.wav'), formEnd]);

    for (const [what, body] of [
      ['after its whole body has come', whole],
      ['while more of it waits', part('file', Buffer.alloc(3 * 1024 ** 2), 'a.wav')],
    ] as const)
      it(`is ended ${what}`, async () => {
        const server = await halting({ stuckMs: 2_000 });
        const socket = await beginForm(server.port, body);
        socket.write('0\r\n\r\n');
        afterLooks(225);
        const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
        expect(String(answer)).to.match(/nothing of it could be stored/);
        socket.destroy();
        await server.close();
      });

    it('loses its connection when storage does not even give it up', async () => {
      const server = await halting({ stuckMs: 300 });
      const socket = await beginForm(server.port, whole);
      socket.write('0\r\n\r\n');
      expect(await readAll(socket)).to.equal('');
      halted = true;
      await server.close();
    });

    it('is ended when its client goes away after its whole body', async () => {
      const server = await halting({ stuckMs: 60_000 });
      const socket = await beginForm(server.port, whole);
      socket.write('0\r\n\r\n', () => socket.destroy());
      afterLooks(30);
      const [error] = await eventually('the end', () => server.outcomes.length > 0 && server.outcomes);
      expect(error?.code).to.equal('connection_lost');
      await server.close();
    });
  });

  it('is refused as soon as its content is, without reading the rest', async () => {
    let read = 0;
    const picky = await formServer({
      limits: formLimits,
      async takeFile(content) {
        for await (const bytes of content) {
          read += bytes.length;
          throw new AppError('not_audio', 'no');
        }
      },
    });
    const body = Buffer.concat([part('file', Buffer.alloc(30 * 1024 ** 2), 'a'), formEnd]);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const response = await fetch(picky.url, { method: 'POST', body, headers });
    expect(await response.text()).to.match(/not_audio/);
    expect(read).to.be.lessThan(1024 ** 2);
    await picky.close();
  });
});
