import { randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { ConnectorContext, SourceSession } from '../../../../server/connectors/connector.ts';
import { checkS3 } from '../../../../server/connectors/s3/check.ts';
import { type S3Config, s3ConfigSchema } from '../../../../server/connectors/s3/config.ts';
import { copyObject } from '../../../../server/connectors/s3/copy.ts';
import { openSink } from '../../../../server/connectors/s3/sink.ts';
import { openSource } from '../../../../server/connectors/s3/source.ts';
import { Bucket } from '../../../../server/s3/bucket.ts';
import { factsOf } from '../../../../server/s3/object.ts';
import { versionOf } from '../../../../server/s3/version.ts';
import { AppError } from '../../../../shared/error.ts';
import { eventually } from '../../../harness/eventually.ts';
import { type Relay, startRelay } from '../../../harness/s3-relay.ts';
import { type TestS3, testS3 } from '../../../harness/s3-server.ts';
import { collect, contextOf, itemOf, readAll, rejects } from '../contract-kit.ts';
import { getObject, listKeys, newBucket, putObject } from './fixture.ts';

const megabyte = 1024 ** 2;

describe('the s3 connector', () => {
  let s3: TestS3;
  let relay: Relay;
  let bucket: string;
  before(async () => {
    s3 = await testS3();
    relay = await startRelay(s3.url);
    bucket = await newBucket(s3);
  });
  after(() => relay?.close());

  const config = (more: object = {}): S3Config =>
    s3ConfigSchema.parse({
      ...{ bucket, endpoint: relay.url, access_key: s3.accessKeyId, secret_key: s3.secretAccessKey },
      ...more,
    });
  const put = (key: string, content: Uint8Array) => putObject(s3, bucket, key, content);

  /** s3rver knows less of S3, and refuses nobody. */
  const needsS3Proxy = (test: Mocha.Context) => {
    if (s3.checksCredentials) return;
    console.log('      not tried: s3rver cannot do it');
    test.skip();
  };

  it('takes a prefix as a folder, however it is written', () => {
    for (const prefix of ['a/b', '/a/b', 'a/b/', '//a/b//']) expect(config({ prefix }).prefix).to.equal('a/b/');
    for (const prefix of ['', '/', ' ']) expect(config({ prefix }).prefix).to.equal('');
  });

  it('lists more keys than a page has, page by page, each once', async function () {
    needsS3Proxy(this);
    const names = Array.from({ length: 1050 }, (_, i) => `calls-${String(i).padStart(5, '0')}.csv`);
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((name) => put(`paged/${name}`, Buffer.from('a\n1\n'))));
    await using source = await openSource(config({ prefix: 'paged' }), contextOf());
    expect((await collect(source)).map(({ key }) => key)).to.deep.equal(names);
  });

  describe('recordings', () => {
    let session: SourceSession;
    const audio = randomBytes(700_000);
    before(async () => {
      for (const key of ['in/audio/1.wav', 'secret.wav', 'inside.wav']) await put(key, audio);
      session = await openSource(config({ prefix: 'in' }), contextOf());
    });
    after(() => session[Symbol.asyncDispose]());
    const fetch = (path: string) => readRecording(session, path);

    it('are found beside their file, by their whole key, and by a link into the bucket', async () => {
      const whole = ['/in/audio/1.wav', 'in/audio/1.wav', `s3://${bucket}/in/audio/1.wav`];
      for (const path of ['audio/1.wav', './audio/1.wav', 'audio/../audio/1.wav', ...whole])
        expect((await fetch(path)).equals(audio), path).to.equal(true);
    });

    it('links into the folder are its own, and no others', () => {
      for (const [link, isOwn] of [
        [`s3://${bucket}/in/audio/1.wav`, true],
        [`S3://${bucket}/in/audio/1.wav`, true],
        [`s3://${bucket}/secret.wav`, false],
        [`s3://${bucket}x/in/audio/1.wav`, false],
        ['https://host/in/audio/1.wav', false],
      ] as const)
        expect(session.holds?.(link), link).to.equal(isOwn);
    });

    it('outside the folder are refused, however they are written', async () => {
      const outside = ['../secret.wav', '/secret.wav', 'audio/../../secret.wav', '/in/../secret.wav', '/inside.wav'];
      for (const path of [...outside, `s3://${bucket}/secret.wav`, 's3://another/in/audio/1.wav', 'https://host/1.wav'])
        await rejects(fetch(path), 'path_outside');
    });

    it('that are missing or have no name say so', async () => {
      const missing = await rejects(fetch('audio/2.wav'), 'path_missing');
      expect(missing.message).to.contain(`s3://${bucket}/in/audio/2.wav`);
      await rejects(fetch(' '), 'path_missing');
    });

    it('come whole when a hundred are asked for at once, over a bounded number of connections', async () => {
      const all = await Promise.all(Array.from({ length: 100 }, () => fetch('audio/1.wav')));
      expect(all.every((content) => content.equals(audio))).to.equal(true);
      expect(relay.openCount()).to.be.lessThan(40);
    });

    it('are fetched again when the server has closed its connections meanwhile', async () => {
      await fetch('audio/1.wav');
      relay.cut();
      await eventually('the connections end', () => relay.openCount() === 0);
      expect((await fetch('audio/1.wav')).equals(audio)).to.equal(true);
    });
  });

  it('keys with any characters are signed as the server does, without the SDK', async function () {
    needsS3Proxy(this);
    await using opened = await Bucket.open(config(), contextOf());
    for (const key of ["in/audio/a b+ü%20(1)!*'~&=?#@:,;$.wav", 'in/double//slash.wav', 'in/audio/1.wav']) {
      await put(key, Buffer.from('audio'));
      const answer = await opened.direct?.get(key, undefined);
      expect(answer?.head.status, key).to.equal(200);
      answer?.connection.close();
      answer?.end();
    }
  });

  it('a body that nobody reads ends with the session, and its connection with it', async () => {
    await put('unread.csv', randomBytes(20 * megabyte));
    relay.cut();
    await eventually('no connections', () => relay.openCount() === 0);
    const source = await openSource(config(), contextOf());
    const item = await itemOf(source, 'unread.csv');
    const unread = [await source.read(item), await source.read(item)];
    const half = await source.read(item);
    await half[Symbol.asyncIterator]().next();
    expect(unread).to.have.length(2);
    await source[Symbol.asyncDispose]();
    await eventually('every connection is closed', () => relay.openCount() === 0);
  });

  it('a server that stands still is given up on after the time-out, while listing and while reading', async () => {
    await put('still.csv', randomBytes(20 * megabyte));
    await using source = await openSource(config(), contextOf(), { timeoutMs: 3_000 });
    const item = await itemOf(source, 'still.csv');
    const body = (await source.read(item))[Symbol.asyncIterator]();
    await body.next();
    relay.freeze();
    try {
      await rejects(collect(source), 'host_timeout');
      const rest = (async () => {
        while (!(await body.next()).done);
      })();
      await rejects(rest, 'host_timeout');
      await rejects(readAll(source, item), 'host_timeout');
    } finally {
      relay.thaw();
    }
  });

  it('a large object is copied in parts, of the right version alone', async function () {
    needsS3Proxy(this);
    const content = randomBytes(16 * megabyte);
    await put('large.bin', content);
    await using opened = await Bucket.open(config(), contextOf());
    const facts = await factsOf(opened, 'large.bin');
    const copy = { from: 'large.bin', to: 'copy.bin', size: content.length, version: versionOf(facts ?? empty) };
    const limits = { wholeBytes: megabyte, partBytes: 6 * megabyte };
    await copyObject(opened, copy, limits);
    expect(Buffer.from(await getObject(s3, bucket, 'copy.bin')).equals(content)).to.equal(true);
    await put('large.bin', randomBytes(16 * megabyte));
    await rejects(copyObject(opened, { ...copy, to: 'never.bin' }, limits), 'item_changed');
    expect(await listKeys(s3, bucket, 'never')).to.deep.equal([]);
    expect(await uploadsLeft(s3, bucket)).to.equal(0);
  });

  it('a report in several parts arrives whole; one that breaks leaves no part behind', async function () {
    needsS3Proxy(this);
    await using sink = await openSink(config({ prefix: 'reports' }), contextOf());
    const content = randomBytes(20 * megabyte + 5);
    const part = { fileName: 'r.csv', byteSize: content.length, sha256: '' };
    await sink.deliver({ ...part, open: async () => inPieces(content) });
    expect(Buffer.from(await getObject(s3, bucket, 'reports/r.csv')).equals(content)).to.equal(true);
    const breaking = async function* () {
      yield content;
      throw new AppError('sealed_data_damaged', 'the report cannot be read');
    };
    const failing = { ...part, fileName: 'broken.csv', byteSize: 40 * megabyte, open: async () => breaking() };
    await rejects(sink.deliver(failing), 'sealed_data_damaged');
    const short = { ...part, fileName: 'broken.csv', byteSize: 40 * megabyte, open: async () => inPieces(content) };
    await rejects(sink.deliver(short), 'protocol_error');
    expect(await listKeys(s3, bucket, 'reports/')).to.deep.equal(['r.csv']);
    expect(await uploadsLeft(s3, bucket)).to.equal(0);
  });

  it('a check of an export leaves nothing and needs no listing', async () => {
    const before = await listKeys(s3, bucket, '');
    const steps = [];
    for await (const step of checkS3(config({ prefix: 'new/place' }), 'export', contextOf())) steps.push(step);
    expect(steps.map(({ name, ok }) => `${name} ${ok}`)).to.deep.equal(['reach true', 'sign_in true', 'write true']);
    expect(await listKeys(s3, bucket, '')).to.deep.equal(before);
  });

  it('an access key that nobody knows is told as such', async function () {
    needsS3Proxy(this);
    const steps = [];
    const unknown = config({ access_key: 'AKIAUNKNOWN' });
    for await (const step of checkS3(unknown, 'import', contextOf() as ConnectorContext)) steps.push(step);
    expect(steps.map(({ name, ok }) => `${name} ${ok}`)).to.deep.equal(['reach true', 'sign_in false']);
    expect(steps.at(-1)?.details).to.include({ code: 'sign_in_refused', field: 'access_key' });
  });
});

const empty = { size: 0, eTag: undefined, modifiedAt: undefined };

async function uploadsLeft({ owner }: TestS3, Bucket: string): Promise<number> {
  const { Uploads = [] } = await owner.send(new ListMultipartUploadsCommand({ Bucket }));
  return Uploads.length;
}

async function* inPieces(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 300_000) yield content.subarray(at, at + 300_000);
}

async function readRecording(session: SourceSession, path: string): Promise<Buffer> {
  if (!session.recording) throw new Error('no recordings');
  const parts: Buffer[] = [];
  // Copied, since a piece is valid only until the next.
  for await (const bytes of await session.recording({ path, itemKey: 'calls.csv' })) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}
