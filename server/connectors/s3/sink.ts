import { posix } from 'node:path';
import { Bucket, type BucketOptions } from '../../s3/bucket.ts';
import { s3Url } from '../../s3/place.ts';
import { uploadObject } from '../../s3/upload.ts';
import type { ConnectorContext, DeliveryPart, Receipt, SinkSession } from '../connector.ts';
import type { S3Config } from './config.ts';

export async function openSink(
  config: S3Config,
  context: ConnectorContext,
  options: BucketOptions = {},
): Promise<SinkSession> {
  const bucket = await Bucket.open(config, context, options);
  return {
    deliver: (part) => deliver(bucket, part),
    [Symbol.asyncDispose]: () => bucket[Symbol.asyncDispose](),
  };
}

/** An object is replaced as a whole, so a part that is delivered twice is there once. */
async function deliver(bucket: Bucket, part: DeliveryPart): Promise<Receipt> {
  const key = bucket.config.prefix + posix.basename(part.fileName);
  await uploadObject(bucket, key, await part.open(), part.byteSize);
  return { location: s3Url(bucket.config, key), byteSize: part.byteSize };
}
