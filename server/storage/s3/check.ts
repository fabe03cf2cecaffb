import { randomBytes } from 'node:crypto';
import { AppError } from '../../../shared/error.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { removeObject } from '../../s3/object.ts';
import { s3Url } from '../../s3/place.ts';
import { beginUpload, putWhole } from '../../s3/upload.ts';
import { openStorageBucket } from './access.ts';
import { asSetting } from './failure.ts';
import { s3PlaceOf } from './place.ts';
import { getBytes } from './read.ts';

const text = Buffer.from('Test of the storage of CQA Data Integrations. This object may be deleted.\n');

/** Does what the storage will do, with a small object. Throws `setting_invalid`, or a transient error where it is away. */
export async function checkS3Storage(url: string): Promise<string> {
  const place = s3PlaceOf(url);
  await using bucket = await openStorageBucket(place);
  try {
    await tryOut(bucket, `${place.prefix}.cqa-check-${randomBytes(6).toString('hex')}`);
  } catch (error) {
    throw error instanceof AppError ? asSetting(error, bucket.config) : error;
  }
  return `${s3Url(place, place.prefix)} can be written, read and removed from`;
}

async function tryOut(bucket: Bucket, key: string): Promise<void> {
  await putWhole(bucket, key, text);
  try {
    await (await beginUpload(bucket, key)).abort();
    await requireRange(bucket, key);
    await requireMissing(bucket, `${key}-none`);
  } finally {
    await removeObject(bucket, key);
  }
}

async function requireRange(bucket: Bucket, key: string): Promise<void> {
  const found = await getBytes(bucket, key, { first: 8, last: 15 });
  if (!found.equals(text.subarray(8, 16)))
    throw new AppError('http_status', 'the server gives back other bytes than were written.', { field: 'endpoint' });
}

/** Without the right to list, S3 denies what is not there, and a file that is gone would look like a missing right. */
async function requireMissing(bucket: Bucket, key: string): Promise<void> {
  const found = await getBytes(bucket, key, { first: 0, last: 0 }).catch((error: unknown) => error);
  if (!(found instanceof AppError)) throw new AppError('internal', `${key} was not written and is there.`);
  if (found.code !== 'path_missing') throw found;
}
