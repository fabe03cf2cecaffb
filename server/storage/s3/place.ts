import { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import { ownEndpoint } from '../../s3/client.ts';
import { placeFields } from '../../s3/place.ts';

const placeSchema = z.strictObject({
  ...placeFields,
  path_style: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true'),
  /** Who hands reports out to whoever has a link: the bucket's server, or this program. */
  links: z.enum(['presigned', 'own']).default('presigned'),
});

/** What STORAGE_URL says of a bucket. */
export type S3Place = z.infer<typeof placeSchema>;

/**
 * Reads `s3://bucket/prefix`, with `?encryption=none|AES256|aws:kms&kms_key=…` for how the server is asked to encrypt what
 * it keeps. AWS is asked for AES256 where nothing is said; other servers for nothing, because many know no encryption and
 * refuse. `?path_style=false`: for a server of one's own that has a name for each bucket.
 * `?links=own`: reports are handed out by this program although the bucket could, for servers that nobody else reaches. Throws `setting_invalid`.
 */
export function s3PlaceOf(url: string): S3Place {
  const { host, hostname, username, pathname, searchParams } = new URL(url);
  if (username !== '' || host !== hostname) throw wrongUrl(['it takes no credentials and no port']);
  const encryption = ownEndpoint() === undefined ? 'AES256' : 'none';
  const given = { encryption, ...Object.fromEntries(searchParams), bucket: hostname, prefix: pathname };
  const parsed = placeSchema.safeParse(given);
  if (!parsed.success) throw wrongUrl(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  const place = parsed.data;
  if (!/^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)*$/.test(place.prefix))
    throw wrongUrl(['the prefix takes letters, digits, ".", "_" and "-" between its slashes']);
  if (place.kms_key !== undefined && place.encryption !== 'aws:kms')
    throw wrongUrl(['kms_key needs encryption=aws:kms']);
  return place;
}

function wrongUrl(problems: string[]): AppError {
  return new AppError(
    'setting_invalid',
    `STORAGE_URL: ${problems.join('; ')}. Write s3://bucket/prefix, if need be with ?encryption=none, ?encryption=AES256 or ?encryption=aws:kms&kms_key=… behind it.`,
  );
}
