import { AppError } from '../../../shared/error.ts';

/** What was asked for, and whether under the installation's credentials. */
export interface S3Target {
  bucket: string;
  key: string;
  isSigned: boolean;
}

/** The parts of the SDK's errors that are looked at. */
interface S3Error {
  name?: string;
  code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

/** What the SDK or the connection says, in words. */
export function s3Failure(thrown: unknown, target: S3Target): AppError {
  if (thrown instanceof AppError) return thrown;
  const error = (thrown ?? {}) as S3Error;
  const status = error.$metadata?.httpStatusCode;
  const cause = { cause: thrown };
  const refusal = refusalOf(error.name ?? '', target);
  if (refusal) return new AppError(refusal.code, refusal.message, cause);
  if (status === 403) return new AppError('permission_denied', accessDenied(target), cause);
  if (status === 404) return new AppError('path_missing', missingKey(target), cause);
  if (status !== undefined && status >= 400 && status < 500 && status !== 429)
    return new AppError(
      'http_status',
      `${shownS3(target)} cannot be read: S3 answers ${status} (${error.name}).`,
      cause,
    );
  if (status !== undefined)
    return new AppError(
      'http_unavailable',
      `S3 answers ${status} for ${shownS3(target)}: it is overloaded or out of order. If it lasts, ask those who run it.`,
      cause,
    );
  const why = error.code ?? error.name ?? 'no answer';
  return new AppError(
    'connection_lost',
    `The connection to S3 for ${shownS3(target)} failed (${why}). If it lasts, look at the network between here and S3.`,
    cause,
  );
}

function refusalOf(
  name: string,
  target: S3Target,
): { code: 'path_missing' | 'permission_denied' | 'http_status' | 'setting_invalid'; message: string } | undefined {
  switch (name) {
    case 'NoSuchKey':
      return { code: 'path_missing', message: missingKey(target) };
    case 'NoSuchBucket':
      return {
        code: 'path_missing',
        message: `There is no bucket ${target.bucket} on S3. Correct its name in the link.`,
      };
    case 'AccessDenied':
    case 'Forbidden':
      return { code: 'permission_denied', message: accessDenied(target) };
    case 'InvalidObjectState':
      return {
        code: 'http_status',
        message: `${shownS3(target)} lies in an archive (Glacier). Restore it, then try again.`,
      };
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return {
        code: 'http_status',
        message: `The bucket ${target.bucket} lies in another region than the one that was asked. Whoever runs this installation sets its region in AWS_REGION.`,
      };
    case 'CredentialsProviderError':
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'ExpiredToken':
      return {
        code: 'permission_denied',
        message: `This installation has no valid credentials for the bucket ${target.bucket} (${name}). Whoever runs it sets them as AWS describes it, for example in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
      };
    default:
      return undefined;
  }
}

export function shownS3({ bucket, key }: S3Target): string {
  return `s3://${bucket}/${key.length > 200 ? `${key.slice(0, 200)}…` : key}`;
}

function missingKey(target: S3Target): string {
  return `There is no ${shownS3(target)}. Correct the path in the link; S3 tells upper from lower case.`;
}

function accessDenied(target: S3Target): string {
  if (target.isSigned)
    return `${shownS3(target)} may not be read, or is not there: give this installation's credentials the permission s3:GetObject on it (and s3:ListBucket, to be told of missing files).`;
  return `${shownS3(target)} is not public, and the bucket is not among those that this account reads with credentials. Use a presigned https link, or have the bucket added ("cqa account set --s3-bucket ${target.bucket}").`;
}
