import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { openS3Source } from '../../../../server/pipeline/fetch/s3-source.ts';
import type { BodyLimits } from '../../../../server/security/bounded-body.ts';
import type { Services } from '../../../../server/services.ts';
import { AppError, type ErrorCode } from '../../../../shared/error.ts';
import { type FileServer, startFileServer } from '../../../harness/file-server.ts';
import { type S3Server, startS3, useS3 } from '../../../harness/s3.ts';
import { testAccount, testServices } from '../../../harness/services.ts';

describe('an S3 link', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
    await services.database.pool.query('UPDATE account SET s3_buckets = ? WHERE id = ?', ['["calls"]', accountId]);
  });
  after(() => services.close());

  async function read(link: string, limits: Partial<BodyLimits> = {}, within = services): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    const signal = new AbortController().signal;
    const all = { signal, maxBytes: 10_000_000, tooLargeCode: 'audio_too_large' as const, ...limits };
    for await (const bytes of await openS3Source(within, accountId, link, all)) parts.push(bytes);
    return Buffer.concat(parts);
  }

  async function fails(promise: Promise<unknown>, code: ErrorCode): Promise<AppError> {
    const error = await promise.then(
      () => new Error(`did not fail, although ${code} was expected`),
      (thrown) => thrown,
    );
    expect(error).to.be.instanceOf(AppError);
    expect(error.code, error.message).to.equal(code);
    return error;
  }

  describe('to a server that keeps objects', () => {
    let s3: S3Server;
    const content = randomBytes(3_000_000);
    before(async () => {
      s3 = await startS3(['calls', 'others']);
      const put = (Bucket: string, Key: string) => s3.owner.send(new PutObjectCommand({ Bucket, Key, Body: content }));
      await put('calls', '2026/a b+ü%20.csv');
      await put('others', 'public.csv');
    });
    after(() => s3.close());

    it('gives the object’s bytes, whatever characters its key has', async () => {
      expect((await read('s3://calls/2026/a b+ü%20.csv')).equals(content)).to.equal(true);
      expect((await read('s3://others/public.csv')).equals(content)).to.equal(true);
    });

    it('says in words that the object or the bucket is not there', async () => {
      expect((await fails(read('s3://calls/none.csv'), 'path_missing')).message).to.match(/no s3:\/\/calls\/none\.csv/);
      expect((await fails(read('s3://nobody/none.csv'), 'path_missing')).message).to.match(/no bucket nobody/);
    });

    it('refuses what is too large, and what is no link', async () => {
      const limits = { maxBytes: 1_000_000, tooLargeCode: 'invalid' as const };
      expect((await fails(read('s3://calls/2026/a b+ü%20.csv', limits), 'invalid')).message).to.match(
        /larger than 1 MB/,
      );
      for (const link of [
        's3://calls',
        's3://calls/',
        's3:///a',
        's3://Calls/a',
        's3://arn:aws:s3:::x/a',
        's3://a.b@c/d',
      ])
        await fails(read(link), 'invalid');
    });

    it('never reads the bucket of the installation’s own storage', async () => {
      const own = { ...services, config: { ...services.config, storageUrl: 's3://others/cqa' } };
      await fails(read('s3://others/public.csv', {}, own), 'egress_blocked');
    });
  });

  describe('to a server that is watched', () => {
    let server: FileServer;
    let restore: () => void;
    let answer: (request: IncomingMessage, response: ServerResponse) => void;
    const seen: IncomingMessage[] = [];
    before(async () => {
      server = await startFileServer((request, response) => {
        seen.push(request);
        answer(request, response);
      });
      restore = useS3(server.url);
    });
    beforeEach(() => seen.splice(0));
    after(async () => {
      restore();
      await server.close();
    });
    // The clients of one services belong to one endpoint.
    const fresh = () => ({ ...services });
    const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

    it('is signed for the account’s buckets alone, and by nothing for others', async () => {
      answer = (_, response) => void response.end('x');
      await read('s3://calls/a.csv', {}, fresh());
      await read('s3://others/a.csv', {}, fresh());
      const [own, other] = seen.map(({ headers }) => headers);
      expect(own?.authorization).to.match(/^AWS4-HMAC-SHA256 Credential=S3RVER\//);
      expect(other).to.not.have.any.keys('authorization', 'x-amz-security-token');
      expect(JSON.stringify(other)).to.not.contain('S3RVER');
    });

    it('to a bucket in another region is asked for there', async () => {
      answer = ({ headers }, response) => {
        if (headers.authorization?.includes('/eu-west-1/s3/')) response.end('there');
        else response.writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' }).end(xml('PermanentRedirect'));
      };
      expect((await read('s3://calls/a.csv', {}, fresh())).toString()).to.equal('there');
    });

    const refusals: [number, string, ErrorCode, RegExp][] = [
      [403, 'AccessDenied', 'permission_denied', /s3:GetObject/],
      [403, 'InvalidObjectState', 'http_status', /archive/],
      [400, 'AuthorizationHeaderMalformed', 'http_status', /another region/],
      [301, 'PermanentRedirect', 'http_status', /another region/],
      [503, 'SlowDown', 'http_unavailable', /overloaded.*If it lasts, ask those who run it/],
    ];
    for (const [status, name, code, words] of refusals)
      it(`answered ${name} is ${code}, in words`, async () => {
        answer = (_, response) => void response.writeHead(status).end(xml(name));
        expect((await fails(read('s3://calls/a.csv', {}, fresh()), code)).message).to.match(words);
      });

    it('to a bucket that is not public says how it can be read', async () => {
      answer = (_, response) => void response.writeHead(403).end(xml('AccessDenied'));
      const failure = await fails(read('s3://others/a.csv', {}, fresh()), 'permission_denied');
      expect(failure.message).to.match(/not public.*--s3-bucket others/);
    });

    it('that falls silent is a time-out; that breaks off, is larger than it said, or is stopped, no short file', async () => {
      answer = (_, response) => void response.write('begin');
      await fails(read('s3://calls/a.csv', { idleTimeoutMs: 100 }, fresh()), 'host_timeout');
      answer = (_, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('half');
        setImmediate(() => response.destroy());
      };
      await fails(read('s3://calls/a.csv', {}, fresh()), 'connection_lost');
      answer = (_, response) => void response.end(Buffer.alloc(2000));
      await fails(read('s3://calls/a.csv', { maxBytes: 1500 }, fresh()), 'audio_too_large');
      const stop = new AbortController();
      answer = (_, response) => {
        response.write('begin');
        setImmediate(() => stop.abort());
      };
      await fails(read('s3://calls/a.csv', { signal: stop.signal }, fresh()), 'cancelled');
    });
  });
});
