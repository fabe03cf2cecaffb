import { createRequire } from 'node:module';
import { S3Client } from '@aws-sdk/client-s3';
import { scratchFolder } from './folders.ts';
import { missingForS3Proxy, startS3Proxy } from './s3proxy.ts';

/** A real S3 server for the tests of this process. */
export interface TestS3 {
  url: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Whether it refuses wrong credentials. */
  checksCredentials: boolean;
  /** Puts objects as whoever owns the buckets. */
  owner: S3Client;
}

let server: Promise<TestS3> | undefined;

/** S3Proxy where java and mvn are there, else s3rver, which accepts any secret. It ends with this process. */
export function testS3(): Promise<TestS3> {
  server ??= start();
  return server;
}

async function start(): Promise<TestS3> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const missing = missingForS3Proxy();
  if (missing === undefined) return withOwner({ ...(await startS3Proxy()), checksCredentials: true });
  console.log(
    `S3Proxy cannot run: ${missing}. s3rver serves instead, and what needs signatures to be checked is skipped.`,
  );
  return withOwner({ ...(await startS3rver()), checksCredentials: false });
}

function withOwner({ url, accessKeyId, secretAccessKey, checksCredentials }: Omit<TestS3, 'owner'>): TestS3 {
  const credentials = { accessKeyId, secretAccessKey };
  const owner = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials });
  return { url, accessKeyId, secretAccessKey, checksCredentials, owner };
}

type S3rverClass = new (options: Record<string, unknown>) => { run(): Promise<{ port: number }> };

async function startS3rver(): Promise<Pick<TestS3, 'url' | 'accessKeyId' | 'secretAccessKey'>> {
  const Server = createRequire(import.meta.url)('s3rver') as S3rverClass;
  const server = new Server({ port: 0, address: '127.0.0.1', silent: true, directory: scratchFolder('s3rver') });
  const { port } = await server.run();
  return { url: `http://127.0.0.1:${port}`, accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
}
