import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { startPages } from '../../../harness/s3-pages.ts';
import { startRelay } from '../../../harness/s3-relay.ts';
import { type TestS3, testS3 } from '../../../harness/s3-server.ts';
import type { ConnectorFixture, OutsideSystem } from '../fixture.ts';

type Json = Record<string, unknown>;

export const fixture: ConnectorFixture = {
  variants: [
    { name: 'a folder of a bucket', start: () => start('calls/out/') },
    { name: 'a whole bucket', start: () => start(''), readsAsBefore: true },
  ],
};

async function start(prefix: string): Promise<OutsideSystem> {
  const s3 = await testS3();
  const bucket = await newBucket(s3);
  const relay = await startRelay(s3.url);
  const closing: (() => Promise<void>)[] = [relay.close];
  const config = (more: Json = {}) => ({
    bucket,
    prefix,
    region: 'us-east-1',
    endpoint: relay.url,
    access_key: s3.accessKeyId,
    secret_key: s3.secretAccessKey,
    stable_seconds: 0,
    ...more,
  });
  return {
    config,
    below: (name, more = {}) => config({ prefix: `${prefix}${name}/`, ...more }),
    // In S3 a folder is there as soon as something is in it; what can be missing is the bucket.
    nowhere: () => config({ bucket: `${bucket}-missing` }),
    ...(s3.checksCredentials
      ? { wrongCredential: () => config({ secret_key: `${s3.secretAccessKey}x` }) }
      : { lacks: { wrongCredential: 's3rver accepts any secret' } }),
    // Reserved for a service that nobody runs any more (RFC 1340: tcpmux).
    refused: () => config({ endpoint: 'http://127.0.0.1:1' }),
    write: (name, content) => putObject(s3, bucket, prefix + name, content),
    files: () => listKeys(s3, bucket, prefix),
    content: (name) => getObject(s3, bucket, prefix + name),
    async many(count) {
      const pages = await startPages(count);
      closing.push(pages.close);
      return config({ endpoint: pages.url });
    },
    cut: relay.cut,
    freeze: relay.freeze,
    thaw: relay.thaw,
    async stop() {
      for (const close of closing) await close();
    },
  };
}

export async function newBucket({ owner }: TestS3): Promise<string> {
  const Bucket = `cqa-${randomBytes(6).toString('hex')}`;
  await owner.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

export async function putObject({ owner }: TestS3, Bucket: string, Key: string, content: Uint8Array): Promise<void> {
  await owner.send(new PutObjectCommand({ Bucket, Key, Body: content }));
}

export async function getObject({ owner }: TestS3, Bucket: string, Key: string): Promise<Uint8Array> {
  const { Body } = await owner.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
}

/** Everything below the prefix, without it, in order. */
export async function listKeys({ owner }: TestS3, Bucket: string, Prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await owner.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key.slice(Prefix.length)));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return keys.sort();
}
