import { AppError } from '../../../shared/error.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { s3Failure } from '../../s3/failure.ts';
import { sdkBody } from '../../s3/object.ts';
import { ObjectBody } from '../../s3/object-body.ts';
import { s3Url } from '../../s3/place.ts';

/** From the first byte to the last, both included; to the object's end without a last. */
export interface ByteRange {
  first: number;
  last?: number | undefined;
}

/** A range of an object, as it comes. */
export interface RangeAnswer {
  /** Must be read to its end or left. */
  body: ObjectBody;
  /** Of the whole object. */
  objectBytes: number;
  eTag: string | undefined;
}

/**
 * Asks for a range of an object; of the one with that ETag alone, where one is given. Throws `path_missing`, and
 * `item_changed` where it was replaced; isPastEnd() knows what is thrown where the object ends before the range.
 */
export async function getRange(bucket: Bucket, key: string, range: ByteRange, eTag?: string): Promise<RangeAnswer> {
  const asked = { actions: ['s3:GetObject'], key };
  const output = await bucket.call(asked, ({ client, sdk, place, options }) =>
    client.send(new sdk.GetObjectCommand({ ...place, Key: key, Range: headerOf(range), IfMatch: eTag }), options),
  );
  const body = new ObjectBody({
    source: sdkBody(output.Body),
    shown: s3Url(bucket.config, key),
    announced: output.ContentLength,
    timeoutMs: bucket.timeoutMs,
    failureOf: (error) => s3Failure(error, bucket.config, asked),
    onEnd: () => undefined,
  });
  const objectBytes = totalOf(output.ContentRange);
  if (objectBytes !== undefined) return { body, objectBytes, eTag: output.ETag };
  await body.return();
  throw new AppError('http_status', `The server does not answer with ranges of ${s3Url(bucket.config, key)}.`, {
    field: 'endpoint',
  });
}

/** All of a short range. */
export async function getBytes(bucket: Bucket, key: string, range: ByteRange, eTag?: string): Promise<Buffer> {
  const { body } = await getRange(bucket, key, range, eTag);
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

export function isPastEnd(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  return (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode === 416;
}

function headerOf({ first, last }: ByteRange): string {
  return `bytes=${first}-${last ?? ''}`;
}

/** "bytes 0-23/146515" */
function totalOf(contentRange: string | undefined): number | undefined {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}
