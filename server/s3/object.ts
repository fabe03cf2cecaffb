import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { AppError } from '../../shared/error.ts';
import { stopped } from '../security/bounded-body.ts';
import type { Bucket } from './bucket.ts';
import { type Asked, s3Failure } from './failure.ts';
import { type BodySource, ObjectBody } from './object-body.ts';
import { s3Url } from './place.ts';
import { eTagOf, isOfVersion, type ObjectFacts } from './version.ts';

/**
 * Opens an object, of one version where that is given: another one is `item_changed`, also from servers that know no
 * If-Match. The body must be read, left or ended; `onEnd` is called once when it is, and not when opening fails.
 */
export async function openObject(
  bucket: Bucket,
  key: string,
  version: string | undefined,
  onEnd: () => void,
): Promise<ObjectBody> {
  const asked = { actions: ['s3:GetObject'], key };
  if (bucket.signal.aborted) throw stopped();
  const ifMatch = version === undefined ? undefined : eTagOf(version);
  const { source, found } = (await getDirectly(bucket, key, ifMatch)) ?? (await getBySdk(bucket, asked, ifMatch));
  if (version !== undefined && !isOfVersion(found, version)) {
    source.end();
    throw replaced(bucket, key);
  }
  return new ObjectBody({
    source,
    shown: s3Url(bucket.config, key),
    announced: found.size,
    timeoutMs: bucket.timeoutMs,
    failureOf: (error) => s3Failure(error, bucket.config, asked),
    onEnd,
  });
}

interface Opened {
  source: BodySource;
  found: ObjectFacts;
}

async function getDirectly(bucket: Bucket, key: string, ifMatch: string | undefined): Promise<Opened | undefined> {
  const answer = await bucket.direct?.get(key, ifMatch);
  if (!answer) return undefined;
  const { head, connection, end } = answer;
  const modified = head.headers.get('last-modified');
  return {
    source: { next: () => connection.next(), end },
    found: {
      size: head.length,
      eTag: head.headers.get('etag'),
      modifiedAt: modified === undefined ? undefined : new Date(modified),
    },
  };
}

async function getBySdk(bucket: Bucket, asked: Asked & { key: string }, ifMatch: string | undefined): Promise<Opened> {
  const output = await bucket.call(asked, ({ client, sdk, place, options }) =>
    client.send(new sdk.GetObjectCommand({ ...place, Key: asked.key, IfMatch: ifMatch }), options),
  );
  const { Body, ContentLength, ETag, LastModified } = output;
  return {
    source: sdkBody(Body),
    found: { size: ContentLength, eTag: ETag, modifiedAt: LastModified },
  };
}

/** The body of an answer that came through the SDK. */
export function sdkBody(body: GetObjectCommandOutput['Body']): BodySource {
  const response = body as Readable;
  // It may fail again after it was destroyed.
  response.on('error', () => undefined);
  const pieces = response[Symbol.asyncIterator]();
  return {
    next: async () => (await pieces.next()).value,
    end: () => response.destroy(),
  };
}

/** What a server tells of an object without sending it; undefined where there is none. */
export async function factsOf(bucket: Bucket, key: string): Promise<ObjectFacts | undefined> {
  try {
    const output = await bucket.call({ actions: ['s3:GetObject'], key }, ({ client, sdk, place, options }) =>
      client.send(new sdk.HeadObjectCommand({ ...place, Key: key }), options),
    );
    return { size: output.ContentLength, eTag: output.ETag, modifiedAt: output.LastModified };
  } catch (error) {
    if (error instanceof AppError && error.code === 'path_missing') return undefined;
    throw error;
  }
}

/** Removes an object while it is this version; without one, whatever it is. What is not there is no error. */
export async function removeObject(bucket: Bucket, key: string, version?: string): Promise<void> {
  const ifMatch = version === undefined ? undefined : eTagOf(version);
  try {
    await removeIf(bucket, key, ifMatch);
  } catch (error) {
    if (ifMatch === undefined || !isUnknownThere(error)) throw error;
    await removeIf(bucket, key, undefined);
  }
}

async function removeIf(bucket: Bucket, key: string, ifMatch: string | undefined): Promise<void> {
  await bucket.call({ actions: ['s3:DeleteObject'], key }, ({ client, sdk, place, options }) =>
    client.send(new sdk.DeleteObjectCommand({ ...place, Key: key, IfMatch: ifMatch }), options),
  );
}

/** Some servers refuse conditions that they do not know with 501 instead of ignoring them. */
function isUnknownThere(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  return (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode === 501;
}

export function replaced({ config }: Bucket, key: string): AppError {
  return new AppError(
    'item_changed',
    `${s3Url(config, key)} was replaced meanwhile. The new one is read by the next run.`,
  );
}
