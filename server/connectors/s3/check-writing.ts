import { randomBytes } from 'node:crypto';
import { AppError } from '../../../shared/error.ts';
import { factsOf, removeObject } from '../../s3/object.ts';
import { s3Url } from '../../s3/place.ts';
import { uploadObject } from '../../s3/upload.ts';
import { versionOf } from '../../s3/version.ts';
import type { Told } from '../check-steps.ts';
import type { ConnectorBucket } from './config.ts';
import { copyObject } from './copy.ts';
import { processedPrefix } from './finish.ts';

const text = Buffer.from('Connection test of CQA Data Integrations. This object may be deleted.\n');

/** Writes an object as a report would be, and removes it. Who may not remove it can still deliver; that is told. */
export async function writeTestObject(bucket: ConnectorBucket): Promise<Told> {
  const { config } = bucket;
  const key = config.prefix + testName();
  await putTestObject(bucket, key);
  const place = s3Url(config, config.prefix);
  try {
    await removeObject(bucket, key);
    return { message: `A test object was written into ${place} and removed again.` };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'permission_denied') throw error;
    return {
      message: `A test object was written into ${place}, so reports can be delivered. It could not be removed (s3:DeleteObject is not allowed): remove ${s3Url(config, key)} yourself.`,
    };
  }
}

/** What `after_success` will do is done with a test object, so that its rights are known before the first run. */
export async function tryAfterSuccess(bucket: ConnectorBucket): Promise<Told> {
  try {
    return await (bucket.config.after_success === 'move' ? moveTestObject(bucket) : removeNothing(bucket));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'permission_denied') throw error;
    const done = bucket.config.after_success === 'move' ? 'moved' : 'deleted';
    throw new AppError(
      'permission_denied',
      `Files can be read, but not ${done} afterwards. ${error.message} Or leave files where they are.`,
      { cause: error, field: 'after_success' },
    );
  }
}

/** Needs no right to write into the folder itself, where only others write. */
async function moveTestObject(bucket: ConnectorBucket): Promise<Told> {
  const folder = processedPrefix(bucket);
  const [from, to] = [folder + testName(), folder + testName()];
  const made: string[] = [];
  try {
    await putTestObject(bucket, from);
    made.push(from);
    const facts = await factsOf(bucket, from);
    if (!facts) throw new AppError('protocol_error', `${s3Url(bucket.config, from)} was written and is not there.`);
    await copyObject(bucket, { from, to, version: versionOf(facts), size: facts.size ?? 0 });
    made.push(to);
    await removeNothing(bucket);
  } finally {
    for (const key of made) await removeObject(bucket, key);
  }
  return { message: `A test object was copied within ${s3Url(bucket.config, folder)} and removed there.` };
}

/** S3 says whether one may delete also where nothing is there to delete. */
async function removeNothing(bucket: ConnectorBucket): Promise<Told> {
  await removeObject(bucket, bucket.config.prefix + testName());
  return { message: `Objects in ${s3Url(bucket.config, bucket.config.prefix)} may be deleted.` };
}

async function putTestObject(bucket: ConnectorBucket, key: string): Promise<void> {
  await uploadObject(bucket, key, content(), text.length);
}

async function* content(): AsyncGenerator<Uint8Array> {
  yield text;
}

function testName(): string {
  return `.cqa-test-${randomBytes(6).toString('hex')}.tmp`;
}
