import { setMaxListeners } from 'node:events';
import type { S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../../shared/error.ts';
import { Bucket, defaultTimeoutMs } from '../../s3/bucket.ts';
import { openInstallationClient, ownEndpoint } from '../../s3/client.ts';
import { guardedAgents } from '../../s3/guarded-agents.ts';
import type { S3Place } from './place.ts';

/** Servers other than AWS mostly have no regions, and this is the name they accept. */
const regionOfOthers = 'us-east-1';

/**
 * The storage's bucket, by the SDK's own variables: region, endpoint, and credentials from wherever it looks for them.
 * Sends nothing to the bucket yet. Throws `setting_invalid` for what is not set.
 */
export async function openStorageBucket(place: S3Place, timeoutMs = defaultTimeoutMs): Promise<Bucket> {
  const endpoint = ownEndpoint();
  if (endpoint !== undefined && !/^https?:\/\/./.test(endpoint))
    throw new AppError(
      'setting_invalid',
      `AWS_ENDPOINT_URL_S3: "${endpoint}" is no address such as https://host:9000.`,
    );
  // Whoever runs the installation named the server. Readers who pause keep their connections, so these have no limit.
  const agents = guardedAgents({
    egress: undefined,
    sockets: Number.POSITIVE_INFINITY,
    connectTimeoutMs: timeoutMs,
  });
  const client = await openInstallationClient(
    endpoint === undefined ? {} : { forcePathStyle: place.path_style },
    agents,
    endpoint === undefined ? undefined : regionOfOthers,
  );
  try {
    const facts = { region: await regionOf(client), access_key: await accessKeyOf(client), endpoint };
    const config = { ...place, ...facts, requester_pays: false };
    return await Bucket.through(client, config, { signal: neverAborted(), timeoutMs });
  } catch (error) {
    client.destroy();
    throw error;
  }
}

/** What is put or read ends by itself; any number of requests listen at once. */
function neverAborted(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

async function regionOf({ config }: S3Client): Promise<string> {
  try {
    return await config.region();
  } catch (cause) {
    throw new AppError(
      'setting_invalid',
      'AWS_REGION is not set. The storage is a bucket of AWS (STORAGE_URL), so set the region in which it lies, or AWS_ENDPOINT_URL_S3 for another server.',
      { cause },
    );
  }
}

async function accessKeyOf({ config }: S3Client): Promise<string> {
  try {
    return (await config.credentials()).accessKeyId;
  } catch (cause) {
    throw new AppError(
      'setting_invalid',
      `AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: no credentials for the storage (STORAGE_URL) were found (${(cause as Error).message}). Set both, or give the machine a role.`,
      { cause },
    );
  }
}
