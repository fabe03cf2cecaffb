import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { GuardedAgents } from './guarded-agents.ts';

export type S3Commands = typeof import('@aws-sdk/client-s3');

/** The SDK takes a tenth of a second and 20 MB to load, so it is loaded by the first who needs it. */
export async function loadSdk(): Promise<S3Commands> {
  // Which Node runs is for whoever installs it; the SDK would tell at every start.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return await import('@aws-sdk/client-s3');
}

/** The server that the SDK's own variables name; undefined for AWS. */
export function ownEndpoint(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || undefined;
}

/**
 * A client whose region, endpoint and credentials are the SDK's own business (AWS_REGION, AWS_ENDPOINT_URL_S3, its
 * credential chain). Where nothing names a region it is `defaultRegion`; without that, whoever asks for it hears so.
 */
export async function openInstallationClient(
  config: S3ClientConfig,
  agents: GuardedAgents,
  defaultRegion: string | undefined,
): Promise<S3Client> {
  // Handed on to whoever looks for credentials: a file that was replaced is read again.
  const fresh = { ignoreCache: true };
  // A server of one's own has no name for each bucket.
  const given: S3ClientConfig = { forcePathStyle: ownEndpoint() !== undefined, ...fresh, ...config };
  const client = await openS3Client(given, agents);
  if (defaultRegion === undefined || (await knowsRegion(client))) return client;
  client.destroy();
  return await openS3Client({ ...given, region: defaultRegion }, agents);
}

async function knowsRegion(client: S3Client): Promise<boolean> {
  return client.config.region().then(
    () => true,
    () => false,
  );
}

/** Passing failures are tried again by the SDK within a second; after that it is the job's turn. */
const attempts = 3;

/**
 * Every S3 client of this program. Its connections pass the egress guard and are counted; it has no time-outs of its
 * own beyond connecting, because the SDK's would also count the time in which nobody reads.
 */
export async function openS3Client(config: S3ClientConfig, agents: GuardedAgents): Promise<S3Client> {
  const { S3Client } = await loadSdk();
  return new S3Client({
    maxAttempts: attempts,
    // Newer checksums are unknown to many servers that speak S3, and fail after the last byte in words of the SDK.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { ...agents },
    ...config,
  });
}
