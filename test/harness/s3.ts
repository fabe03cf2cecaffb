import { createRequire } from 'node:module';
import { S3Client } from '@aws-sdk/client-s3';
import { scratchFolder } from './folders.ts';

/** What is used of s3rver, which has no types of its own. */
interface S3rver {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}
type S3rverClass = new (options: Record<string, unknown>) => S3rver;

export interface S3Server {
  url: string;
  /** Puts objects as whoever owns the buckets. */
  owner: S3Client;
  close(): Promise<void>;
}

const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const variables = () => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: 'us-east-1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});

/** A real S3 server with these buckets, found by the SDK's own variables until it is closed. */
export async function startS3(buckets: string[]): Promise<S3Server> {
  const Server = createRequire(import.meta.url)('s3rver') as S3rverClass;
  const server = new Server({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory: scratchFolder('s3') },
    configureBuckets: buckets.map((name) => ({ name })),
  });
  const { port } = await server.run();
  const url = `http://127.0.0.1:${port}`;
  const restore = useS3(url);
  const owner = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials });
  return {
    url,
    owner,
    async close() {
      restore();
      owner.destroy();
      await server.close();
    },
  };
}

/** Points the SDK of this process at a server; gives how to undo it. */
export function useS3(url: string): () => void {
  const wanted: Record<string, string> = { ...variables(), AWS_ENDPOINT_URL_S3: url };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, wanted);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
}
