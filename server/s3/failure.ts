import { AppError, type ErrorCode } from '../../shared/error.ts';
import { connectionFailure } from '../security/connection-failure.ts';
import { type BucketConfig, s3Url } from './place.ts';

/** What was asked of the server, for words about its answer. */
export interface Asked {
  /** The IAM actions that it takes: `s3:GetObject`. */
  actions: readonly string[];
  /** The object; undefined for the bucket itself. */
  key?: string;
}

/** What is looked at of the SDK's errors; servers fill in more or less of it. */
interface S3Error {
  name?: string;
  code?: string;
  message?: string;
  Region?: string;
  Endpoint?: string;
  ServerTime?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

/** What the server said or the connection failed with, in words; an AppError nearly as it is. */
export function s3Failure(thrown: unknown, config: BucketConfig, asked: Asked): AppError {
  const error = (thrown ?? {}) as S3Error;
  const status = error.$metadata?.httpStatusCode;
  if (thrown instanceof AppError || status === undefined) return unreached(thrown, config);
  const told = toldByName(error, config, asked) ?? toldByStatus(status, error, config, asked);
  return new AppError(told.code, told.message, { cause: thrown, ...(told.field ? { field: told.field } : {}) });
}

interface Told {
  code: ErrorCode;
  message: string;
  field?: string;
}

function toldByName(error: S3Error, config: BucketConfig, asked: Asked): Told | undefined {
  const { bucket, access_key } = config;
  switch (error.name) {
    case 'InvalidAccessKeyId':
      return refused(
        'access_key',
        `${serverOf(config)} knows no access key ID ${access_key}. Copy it again; it may also have been deleted or made inactive.`,
      );
    case 'SignatureDoesNotMatch':
      return refused(
        'secret_key',
        `The secret access key does not belong to the access key ID ${access_key}. Enter both again, without spaces around them.`,
      );
    case 'ExpiredToken':
    case 'InvalidToken':
    case 'TokenRefreshRequired':
      return refused(
        'session_token',
        'The session token has ended or does not belong to this access key. Temporary credentials last some hours; use the access key of an IAM user, and leave the session token empty.',
      );
    case 'RequestTimeTooSkewed':
      return {
        code: 'setting_invalid',
        message: `The clock of this installation and that of ${serverOf(config)} are too far apart (there it is ${error.ServerTime ?? 'another time'}, here ${new Date().toISOString()}). Whoever runs this installation must set its clock by a time server.`,
      };
    case 'NoSuchBucket':
      return { code: 'path_missing', message: `${serverOf(config)} has no bucket ${bucket}.`, field: 'bucket' };
    case 'InvalidBucketName':
      return { code: 'invalid', message: `"${bucket}" cannot be the name of a bucket.`, field: 'bucket' };
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'IllegalLocationConstraintException':
      return elsewhere(error, config);
    case 'InvalidObjectState':
      return {
        code: 'http_status',
        message: `${placeOf(config, asked)} lies in an archive (Glacier). Restore it, then start the job again.`,
      };
    default:
      return error.name?.startsWith('KMS.') ? encrypted(error, config, asked) : undefined;
  }
}

function refused(field: string, message: string): Told {
  return { code: 'sign_in_refused', message, field };
}

/** A wrong region. The server mostly says which is right. */
function elsewhere(error: S3Error, { bucket, region, endpoint }: BucketConfig): Told {
  const right = error.Region ?? error.$response?.headers?.['x-amz-bucket-region'] ?? regionIn(error.message ?? '');
  const where = right && right !== region ? `in the region ${right}, not ${region}. Enter ${right}` : undefined;
  const unknown = endpoint
    ? `under another address${error.Endpoint ? ` (${error.Endpoint})` : ''} or in another region than ${region}. Check the endpoint and the region`
    : `in another region than ${region}. Enter the one that the bucket's properties show`;
  return { code: 'invalid', message: `The bucket ${bucket} lies ${where ?? unknown}.`, field: 'region' };
}

/** "the region 'us-east-1' is wrong; expecting 'ap-south-1'" */
function regionIn(message: string): string | undefined {
  return /expecting '([a-z0-9-]+)'/.exec(message)?.[1];
}

function encrypted(error: S3Error, config: BucketConfig, asked: Asked): Told {
  return {
    code: 'permission_denied',
    message: `${placeOf(config, asked)} is encrypted with a KMS key that cannot be used (${error.name}: ${shortened(error)}). Have the key switched on, and allow kms:Decrypt and kms:GenerateDataKey on it.`,
  };
}

function toldByStatus(status: number, error: S3Error, config: BucketConfig, asked: Asked): Told {
  const place = placeOf(config, asked);
  const answer = `${serverOf(config)} answers ${status}${error.name ? ` (${error.name})` : ''}`;
  if (status === 301 || status === 307) return elsewhere(error, config);
  if (status === 403) return { code: 'permission_denied', message: denied(error, config, asked) };
  if (status === 404 && asked.key === undefined)
    return { code: 'path_missing', message: `${answer} for the bucket ${config.bucket}.`, field: 'bucket' };
  if (status === 404) return { code: 'path_missing', message: `There is no ${place}. S3 tells upper from lower case.` };
  if (status === 412)
    return { code: 'item_changed', message: `${place} was replaced meanwhile. The new one is read by the next run.` };
  if (status === 429) return { code: 'rate_limited', message: `${answer} for ${place}: too many requests at a time.` };
  if (status >= 500 && status !== 501)
    return {
      code: 'http_unavailable',
      message: `${answer} for ${place}: ${shortened(error)} If it lasts, ask those who run it.`,
    };
  // What cannot be taken apart came with a status of success.
  if (status < 400)
    return {
      code: 'protocol_error',
      message: `${serverOf(config)} answers, but not as an S3 server. Check the endpoint.`,
      ...(config.endpoint ? { field: 'endpoint' } : {}),
    };
  return { code: 'http_status', message: `${answer} for ${place}: ${shortened(error)}` };
}

/** AWS names the action and the resource when it knows them; else they are those that were asked for. */
function denied(error: S3Error, config: BucketConfig, asked: Asked): string {
  const [, action, resource] = /to perform: (\S+?) on resource: "?([^\s"]+)"?/.exec(error.message ?? '') ?? [];
  const actions = action ?? asked.actions.join(' and ');
  const on = resource ?? arnOf(config, asked);
  const orMissing =
    asked.actions.includes('s3:GetObject') && asked.key !== undefined
      ? ' Or there is no such object: without s3:ListBucket on the bucket, S3 answers the same for both.'
      : '';
  const payer = config.requester_pays
    ? ''
    : ' A bucket whose requester pays answers so, too: then switch on "Requester pays".';
  return `${serverOf(config)} denies ${actions} on ${on}. Allow it in the policy of the user with the access key ID ${config.access_key}, and in the bucket's policy where that denies it.${orMissing}${config.endpoint ? '' : payer}`;
}

function arnOf({ bucket, prefix }: BucketConfig, { key, actions }: Asked): string {
  if (actions.includes('s3:ListBucket')) return `arn:aws:s3:::${bucket}`;
  return `arn:aws:s3:::${bucket}/${key === undefined ? `${prefix}*` : key}`;
}

function placeOf(config: BucketConfig, { key }: Asked): string {
  return key === undefined ? `the bucket ${config.bucket}` : s3Url(config, key);
}

function serverOf({ endpoint }: BucketConfig): string {
  return endpoint === undefined ? 'AWS' : new URL(endpoint).host;
}

function shortened({ message = '' }: S3Error): string {
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}

/** No answer came. What is about the host is about the endpoint or, on AWS, the region. */
function unreached(thrown: unknown, config: BucketConfig): AppError {
  const { endpoint, bucket, region, path_style } = config;
  const url = endpoint === undefined ? new URL(`https://s3.${region}.amazonaws.com`) : new URL(endpoint);
  const field = endpoint === undefined ? 'region' : 'endpoint';
  const failure = connectionFailure(url, withoutWrapping(thrown), field);
  if (failure.code !== 'host_unknown') return failure;
  const why =
    endpoint === undefined
      ? ` Check the region: S3 may have none named ${region}.`
      : path_style
        ? ''
        : ` It is made of the bucket ${bucket} and the endpoint; most servers want "Bucket in the path" to be on.`;
  return new AppError(failure.code, `${failure.message}${why}`, { cause: thrown, field });
}

/** The SDK and the agents put errors into errors; the one with words or a code of the system is inside. */
function withoutWrapping(thrown: unknown): unknown {
  const { cause, code } = (thrown ?? {}) as { cause?: unknown; code?: unknown };
  return !(thrown instanceof AppError) && code === undefined && cause instanceof Error ? cause : thrown;
}
