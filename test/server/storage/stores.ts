import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { scratchFolder } from '../../harness/folders.ts';
import { type Relay, startRelay } from '../../harness/s3-relay.ts';
import { type TestS3, testS3 } from '../../harness/s3-server.ts';
import { getObject, listKeys, newBucket, putObject } from '../connectors/s3/fixture.ts';

/** A place that STORAGE_URL may name, and what an outsider sees and does there. */
export interface Store {
  url: string;
  /** For what is on its way to another machine. */
  scratch: string;
  /** What lies there, without what is under way. */
  keys(): Promise<string[]>;
  raw(key: string): Promise<Buffer>;
  replaceRaw(key: string, content: Buffer): Promise<void>;
  /** What lies anywhere of something that was not completed. */
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

export const stores: { name: string; open: () => Promise<Store> }[] = [
  { name: 'file storage', open: openFolder },
  { name: 'S3 storage', open: openBucket },
];

async function openFolder(): Promise<Store> {
  const base = scratchFolder('store');
  const root = join(base, 'root');
  const { readFileSync, writeFileSync } = await import('node:fs');
  return {
    url: pathToFileURL(root).href,
    scratch: join(base, 'scratch'),
    keys: async () => filesBelow(root).filter((key) => !key.startsWith('.partial/')),
    raw: async (key) => readFileSync(join(root, key)),
    replaceRaw: async (key, content) => writeFileSync(join(root, key), content),
    unfinished: async () => filesBelow(join(root, '.partial')).length,
    close: async () => rmSync(base, { recursive: true, force: true }),
  };
}

export interface BucketStore extends Store {
  s3: TestS3;
  bucket: string;
  relay: Relay;
}

const prefix = 'cqa/test/';

/** A bucket of its own, which the SDK's own variables find until it is closed. */
export async function openBucket(): Promise<BucketStore> {
  const s3 = await testS3();
  const bucket = await newBucket(s3);
  const relay = await startRelay(s3.url);
  const scratch = join(scratchFolder('store'), 'scratch');
  const restore = setEnvironment({
    AWS_ENDPOINT_URL_S3: relay.url,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    AWS_REGION: 'us-east-1',
  });
  return {
    ...{ s3, bucket, relay, scratch },
    url: `s3://${bucket}/${prefix}`,
    keys: async () => (await listKeys(s3, bucket, prefix)).sort(),
    raw: async (key) => Buffer.from(await getObject(s3, bucket, prefix + key)),
    replaceRaw: (key, content) => putObject(s3, bucket, prefix + key, content),
    async unfinished() {
      const { Uploads = [] } = await s3.owner.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads.length + filesBelow(scratch).length;
    },
    async close() {
      restore();
      await relay.close();
    },
  };
}

/** Sets variables of this process; one that is undefined is taken away. Gives how to undo it. */
export function setEnvironment(wanted: Record<string, string | undefined>): () => void {
  const before = Object.fromEntries(Object.keys(wanted).map((name) => [name, process.env[name]]));
  apply(wanted);
  return () => apply(before);
}

function apply(wanted: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(wanted))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
}

export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}
