import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { AppError } from '../../../shared/error.ts';
import { getAccountById } from '../../accounts/account.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { loadSdk, openInstallationClient, ownEndpoint } from '../../s3/client.ts';
import { guardedAgents, unanswered } from '../../s3/guarded-agents.ts';
import { type BodyLimits, boundedBody, linkDefaults, stopped } from '../../security/bounded-body.ts';
import type { Services } from '../../services.ts';
import { type S3Target, s3Failure, shownS3 } from './s3-failure.ts';

const connections = 50;
/** Buckets of other regions are reached by redirects, so it is no mistake to have set none. */
const defaultRegion = 'us-east-1';

/**
 * Opens an `s3://bucket/key` link of an account. Region, endpoint and credentials are the SDK's own business (AWS_REGION,
 * AWS_ENDPOINT_URL_S3, its credential chain). A link names the bucket, so whoever may write links must not lend our
 * credentials to read another's: they sign only requests for buckets that the account's `s3_buckets` lists. Any other is
 * read without, as the public may.
 */
export async function openS3Source(
  services: Services,
  accountId: number,
  link: string,
  limits: BodyLimits,
): Promise<ByteStream> {
  const place = s3PlaceOf(services, link);
  const { s3Buckets } = await getAccountById(services, accountId);
  const target = { ...place, isSigned: s3Buckets.includes(place.bucket) };
  const object = await getObject(await clientOf(services, target.isSigned), target, limits.signal);
  const content = { shown: shownS3(target), announced: object.ContentLength, response: object.Body as Readable };
  return boundedBody(content, limits, (error) => s3Failure(error, target));
}

interface S3Place {
  bucket: string;
  key: string;
}

/** Throws `invalid` for what is no S3 link, and `egress_blocked` for the bucket of the installation's own data. */
export function s3PlaceOf({ config }: Pick<Services, 'config'>, link: string): S3Place {
  const place = parseS3Link(link);
  refuseOwnBucket(place.bucket, config.storageUrl);
  return place;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const longestKeyBytes = 1024;

/** The key is taken as it stands: S3 knows no escapes. */
function parseS3Link(link: string): S3Place {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/(.*)$/is.exec(link) ?? [];
  if (bucketName.test(bucket) && key !== '' && Buffer.byteLength(key) <= longestKeyBytes) return { bucket, key };
  throw new AppError('invalid', `"${link.slice(0, 200)}" is no S3 link. Write s3://bucket/path/to/the-file.`);
}

function refuseOwnBucket(bucket: string, storageUrl: string): void {
  if (!URL.canParse(storageUrl)) return;
  const { protocol, hostname } = new URL(storageUrl);
  if (protocol === 's3:' && hostname === bucket)
    throw new AppError(
      'egress_blocked',
      `The bucket ${bucket} holds this installation's own data and is not read for links. Put the file into another bucket.`,
    );
}

/** For as long as the services live, because opening one looks for settings and credentials. */
const signedClients = new WeakMap<Services, Promise<S3Client>>();
const publicClients = new WeakMap<Services, Promise<S3Client>>();

function clientOf(services: Services, isSigned: boolean): Promise<S3Client> {
  const clients = isSigned ? signedClients : publicClients;
  const client = clients.get(services) ?? openClient(services, isSigned ? {} : unsigned);
  clients.set(services, client);
  return client;
}

async function openClient({ egress }: Services, access: S3ClientConfig): Promise<S3Client> {
  // Whoever runs this installation may name a server in a private network; the writer of a link may not.
  const agents = guardedAgents({
    egress: ownEndpoint() === undefined ? egress : undefined,
    connectTimeoutMs: linkDefaults.connectTimeoutMs,
    sockets: connections,
  });
  const config: S3ClientConfig = { followRegionRedirects: true, maxAttempts: 2, ...access };
  return await openInstallationClient(config, agents, defaultRegion);
}

const unsigned: S3ClientConfig = {
  credentials: { accessKeyId: '', secretAccessKey: '' },
  signer: { sign: (request) => Promise.resolve(request) },
};

async function getObject(client: S3Client, target: S3Target, signal: AbortSignal): Promise<GetObjectCommandOutput> {
  const { GetObjectCommand } = await loadSdk();
  const { bucket, key } = target;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), linkDefaults.idleTimeoutMs);
  const stop = () => late.abort();
  signal.addEventListener('abort', stop);
  try {
    return await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: late.signal });
  } catch (thrown) {
    if (signal.aborted) throw stopped();
    throw late.signal.aborted ? unanswered(shownS3(target), linkDefaults.idleTimeoutMs) : s3Failure(thrown, target);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
