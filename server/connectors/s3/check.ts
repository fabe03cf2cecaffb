import type { CheckStep, Direction } from '../../../shared/connector.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { Bucket, type BucketOptions } from '../../s3/bucket.ts';
import { openObject } from '../../s3/object.ts';
import { s3Url } from '../../s3/place.ts';
import { failed, passed, type Told, tried } from '../check-steps.ts';
import type { ConnectorContext, SourceItem } from '../connector.ts';
import { importFormatOf } from '../files/fields.ts';
import { tryAfterSuccess, writeTestObject } from './check-writing.ts';
import type { ConnectorBucket, S3Config } from './config.ts';
import { listItems } from './listing.ts';

const namesShown = 3;
/** As many as a person waits for. */
const itemsCounted = 10_000;

/** Tries what the direction needs and tells each step; the first that fails is the last. */
export async function* checkS3(
  config: S3Config,
  direction: Direction,
  context: ConnectorContext,
  options: BucketOptions = {},
): AsyncGenerator<CheckStep> {
  await using bucket = await Bucket.open(config, context, options);
  if (direction === 'export') yield* firstRequest('write', config, () => writeTestObject(bucket));
  else yield* checkImport(bucket);
}

async function* checkImport(bucket: ConnectorBucket): AsyncGenerator<CheckStep> {
  const seen = yield* firstRequest('list', bucket.config, () => lookAround(bucket));
  if (!seen) return;
  const { item } = seen;
  if (item && !(yield* tried('read', () => readBeginning(bucket, item)))) return;
  if (bucket.config.after_success !== 'leave') yield* tried('write', () => tryAfterSuccess(bucket));
}

/** S3 has no signing in: each request is signed. How the first one fails says how far it came. */
async function* firstRequest<T extends Told>(
  name: 'list' | 'write',
  config: S3Config,
  act: () => Promise<T>,
): AsyncGenerator<CheckStep, T | undefined> {
  const result = await act().catch((error: unknown) => AppError.from(error));
  const failure = result instanceof AppError ? result : undefined;
  if (failure && unreachedCodes.has(failure.code)) yield failed('reach', failure);
  else {
    yield passed('reach', `${serverOf(config)} answers.`);
    if (failure && isAboutSigning(failure)) yield failed('sign_in', failure);
    else {
      yield passed('sign_in', `The access key ${config.access_key} is accepted.`);
      if (failure) yield failed(name, failure);
    }
  }
  if (result instanceof AppError) return undefined;
  yield passed(name, result.message, result.details);
  return result;
}

const unreachedCodes: ReadonlySet<ErrorCode> = new Set([
  'host_unknown',
  'host_unreachable',
  'host_refused',
  'host_timeout',
  'connection_lost',
  'egress_blocked',
  'protocol_error',
  'http_unavailable',
  'cancelled',
]);

/** A signature is made for one region, so a wrong one is noticed there. */
function isAboutSigning({ code, field }: AppError): boolean {
  return code === 'sign_in_refused' || code === 'setting_invalid' || field === 'region';
}

function serverOf({ endpoint, region }: S3Config): string {
  return endpoint === undefined ? `S3 in ${region}` : new URL(endpoint).host;
}

async function lookAround(bucket: ConnectorBucket): Promise<Told & { item: SourceItem | undefined }> {
  const { config } = bucket;
  const items: SourceItem[] = [];
  let ready = 0;
  let waiting = 0;
  for await (const item of listItems(bucket)) {
    if (item.readiness !== 'ready') waiting++;
    else if (++ready <= namesShown) items.push(item);
    if (ready + waiting === itemsCounted) break;
  }
  const names = items.map(({ key }) => key);
  const place = s3Url(config, config.prefix);
  const count = `${ready + waiting === itemsCounted ? 'more than ' : ''}${ready.toLocaleString('en')}`;
  const found =
    ready === 0
      ? `${place} can be listed; no ${importFormatOf(config).toUpperCase()} file lies in it now`
      : `${place} has ${count} ${ready === 1 ? 'file' : 'files'} to import: ${names.join(', ')}${ready > names.length ? ', …' : ''}`;
  const message = `${found}${waiting > 0 ? `; ${waiting.toLocaleString('en')} not complete yet` : ''}.`;
  return { message, details: { files: names, file_count: ready }, item: items[0] };
}

async function readBeginning(bucket: ConnectorBucket, { key, version }: SourceItem): Promise<Told> {
  const body = await openObject(bucket, bucket.config.prefix + key, version, () => undefined);
  await body.next();
  await body.return();
  return { message: `${key} can be read.` };
}
