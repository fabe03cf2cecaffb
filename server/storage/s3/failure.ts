import { AppError } from '../../../shared/error.ts';
import type { BucketConfig } from '../../s3/place.ts';

/** Which setting is at fault, by the connector form's field that the failure names. */
const settings: Record<string, string> = {
  bucket: 'STORAGE_URL',
  region: 'AWS_REGION',
  endpoint: 'AWS_ENDPOINT_URL_S3',
  access_key: 'AWS_ACCESS_KEY_ID',
  secret_key: 'AWS_SECRET_ACCESS_KEY',
  session_token: 'AWS_SESSION_TOKEN',
};

const actions = 's3:PutObject, s3:GetObject, s3:DeleteObject and s3:AbortMultipartUpload';

/** What somebody has to mend is not worth another try before. */
const mendedSeconds = 60;

/** For whoever sets the storage up: what does not pass by itself is `setting_invalid` with the setting's name. */
export function asSetting(error: AppError, config: BucketConfig): AppError {
  if (isFull(error)) return full(error);
  // A server that speaks something else will not learn it.
  const passes = error.kind === 'transient' && error.code !== 'protocol_error';
  if (passes || error.code === 'setting_invalid') return error;
  const setting = settings[error.field ?? ''] ?? 'STORAGE_URL';
  const message = error.code === 'permission_denied' ? denied(error, config) : error.message;
  return new AppError('setting_invalid', `${setting}: ${message}${hintFor(error, config)}`, { cause: error });
}

/** AWS says who was denied what. */
function denied({ cause }: AppError, config: BucketConfig): string {
  const said = (cause as Error | undefined)?.message ?? '';
  return `the access key ID ${config.access_key} lacks a right${said ? ` (${said.slice(0, 300)})` : ''}. Allow it ${actions} on arn:aws:s3:::${config.bucket}/${config.prefix}*, and s3:ListBucket on arn:aws:s3:::${config.bucket}.`;
}

/** What else to set: servers that keep no keys of their own refuse to encrypt, and some have a certificate of one's own. */
function hintFor({ cause, code, message }: AppError, { encryption }: BucketConfig): string {
  if (code === 'certificate_untrusted') return ' Name the file of its authority in NODE_EXTRA_CA_CERTS.';
  const status = (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
  const isRefused = status === 501 || /encrypt/i.test(message);
  return isRefused && encryption !== 'none'
    ? ' Where the server cannot encrypt, say ?encryption=none in STORAGE_URL.'
    : '';
}

/** What servers say when a quota or their disks are used up: 507, and these names under other statuses. */
const fullNames = /StorageFull|QuotaExceeded|InsufficientStorage|NoSpaceLeft/i;

function isFull({ cause }: AppError): boolean {
  const { name, $metadata } = (cause ?? {}) as { name?: string; $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 507 || ($metadata !== undefined && fullNames.test(name ?? ''));
}

function full(cause: AppError): AppError {
  return new AppError(
    'storage_full',
    'There is no room left in the storage (STORAGE_URL): its disk is full or its quota is used up. Free some space.',
    { cause, retryAfterSeconds: mendedSeconds },
  );
}

/**
 * For whoever uses the storage: `not_found`, `storage_full`, what passes by itself as it is, and `storage_failed` for all
 * that somebody has to mend.
 */
export function asStored(error: AppError, key: string, config: BucketConfig): AppError {
  const { code, message, cause, field, retryAfterSeconds } = error;
  if (code === 'path_missing' && field === undefined)
    return new AppError('not_found', `The stored file ${key} is not there any more.`, { cause: error });
  if (isFull(error)) return full(error);
  if (code === 'sealed_data_damaged' || (code === 'invalid' && field === undefined)) return error;
  if (error.kind === 'transient') return new AppError(code, `The storage: ${message}`, { cause, retryAfterSeconds });
  return notSetUp(asSetting(error, config));
}

/** The reason is for whoever runs the installation, so it goes to the log alone. */
export function notSetUp(cause: AppError): AppError {
  return new AppError(
    'storage_failed',
    'The storage does not work as it is set up (STORAGE_URL). Whoever runs this installation is told why by "cqa doctor".',
    { cause, retryAfterSeconds: mendedSeconds },
  );
}
