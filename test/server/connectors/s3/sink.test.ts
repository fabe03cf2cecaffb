import { createHash, randomBytes } from 'node:crypto';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type { DeliveryPart, Receipt } from '../../../../server/connectors/connector.ts';
import { s3ConfigSchema } from '../../../../server/connectors/s3/config.ts';
import { openSink } from '../../../../server/connectors/s3/sink.ts';
import { type HttpWatch, startHttpWatch } from '../../../harness/http-watch.ts';
import { type TestS3, testS3 } from '../../../harness/s3-server.ts';
import { contextOf } from '../contract-kit.ts';
import { getObject, listKeys, newBucket, putObject } from './fixture.ts';

describe('a report into a bucket', () => {
  let s3: TestS3;
  let bucket: string;
  let watch: HttpWatch;
  before(async () => {
    s3 = await testS3();
  });
  beforeEach(async () => {
    bucket = await newBucket(s3);
    watch = await startHttpWatch(s3.url);
  });
  afterEach(() => watch.close());

  async function deliver(content: Buffer, given: Record<string, unknown> = {}): Promise<Receipt> {
    const config = s3ConfigSchema.parse({
      ...{ bucket, prefix: 'reports', endpoint: watch.url },
      ...{ access_key: s3.accessKeyId, secret_key: s3.secretAccessKey },
      ...given,
    });
    await using sink = await openSink(config, contextOf());
    return await sink.deliver(partOf(content));
  }

  function partOf(content: Buffer): DeliveryPart {
    return {
      ...{ fileName: 'scores.csv', byteSize: content.length },
      sha256: createHash('sha256').update(content).digest('hex'),
      open: async () =>
        (async function* () {
          for (let at = 0; at < content.length; at += 70_000) yield content.subarray(at, at + 70_000);
        })(),
    };
  }
  const sent = (pattern: RegExp) => watch.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error) => error,
    );

  for (const [what, bytes, parts] of [
    ['in one request', 100_000, 1],
    ['in parts of 8 MB', 20 * 1024 ** 2, 3],
  ] as const)
    it(`carries, ${what}, the sum of what it sends, and arrives as it was`, async () => {
      const content = randomBytes(bytes);
      expect(await deliver(content)).to.deep.equal({
        location: `s3://${bucket}/reports/scores.csv`,
        byteSize: content.length,
      });
      const puts = sent(/^PUT /);
      expect(puts).to.have.length(parts);
      for (const { headers } of puts) expect(headers['content-md5']).to.match(/^[A-Za-z0-9+/]{22}==$/);
      expect(Buffer.from(await getObject(s3, bucket, 'reports/scores.csv')).equals(content)).to.equal(true);
    });

  for (const [what, bytes] of [
    ['one request', 100_000],
    ['several parts', 20 * 1024 ** 2],
  ] as const)
    it(`that was damaged on its way in ${what} is refused, and the old one stays`, async () => {
      await putObject(s3, bucket, 'reports/scores.csv', Buffer.from('old'));
      watch.change = (body, { method }) => {
        if (method !== 'PUT' || body.length === 0) return body;
        const damaged = Buffer.from(body);
        damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
        return damaged;
      };
      expect(await failure(deliver(randomBytes(bytes)))).to.have.property('code');
      expect(Buffer.from(await getObject(s3, bucket, 'reports/scores.csv')).toString()).to.equal('old');
      expect(await listKeys(s3, bucket, '')).to.deep.equal(['reports/scores.csv']);
    });

  for (const more of [1, 2, 100_000])
    it(`that is ${more} bytes longer than was said is not delivered`, async () => {
      const content = randomBytes(100_000 + more);
      const config = s3ConfigSchema.parse({
        ...{ bucket, endpoint: watch.url, access_key: s3.accessKeyId, secret_key: s3.secretAccessKey },
      });
      await using sink = await openSink(config, contextOf());
      const error = await failure(sink.deliver({ ...partOf(content), byteSize: 100_000 }));
      expect(error).to.include({ code: 'protocol_error' });
      expect(await listKeys(s3, bucket, '')).to.deep.equal([]);
      const { Uploads = [] } = await s3.owner.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      expect(Uploads).to.deep.equal([]);
    });

  for (const [encryption, given] of [
    ['AES256', {}],
    ['aws:kms', { kms_key: 'arn:aws:kms:ap-south-1:1:key/a' }],
  ] as const)
    it(`asks the server to encrypt it where the connector says ${encryption}: a server that cannot gets nothing`, async () => {
      const small = await failure(deliver(randomBytes(1_000), { encryption, ...given }));
      const large = await failure(deliver(randomBytes(9 * 1024 ** 2), { encryption, ...given }));
      const [put] = sent(/^PUT /);
      const [begun] = sent(/^POST .*uploads/);
      for (const request of [put, begun]) {
        expect(request?.headers['x-amz-server-side-encryption']).to.equal(encryption);
        if ('kms_key' in given)
          expect(request?.headers['x-amz-server-side-encryption-aws-kms-key-id']).to.equal(given.kms_key);
      }
      const kept = await listKeys(s3, bucket, '');
      // S3Proxy refuses what it cannot do; others take the report and do as asked.
      expect(kept).to.deep.equal(small && large ? [] : ['reports/scores.csv']);
    });
});
