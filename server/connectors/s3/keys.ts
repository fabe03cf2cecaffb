import { posix } from 'node:path';
import { AppError } from '../../../shared/error.ts';
import { hasScheme, isS3Link } from '../../../shared/link.ts';
import { s3Url } from '../../s3/place.ts';
import type { S3Config } from './config.ts';

type Place = Pick<S3Config, 'bucket' | 'prefix'>;

/**
 * The keys at which a recording may lie, the likeliest first, never outside the prefix. A row names it relative to its
 * file's folder (`audio/1.wav`), by its whole key (`/exports/audio/1.wav`, also without the slash), or as a link into
 * the same bucket (`s3://bucket/exports/audio/1.wav`).
 */
export function recordingKeys(place: Place, itemKey: string, path: string): string[] {
  const text = path.trim();
  if (text === '' || text.includes('\0')) throw new AppError('path_missing', 'The row names no recording.');
  if (hasScheme(text)) return [insideOf(place, keyOfLink(place, text), path)];
  if (text.startsWith('/')) return [insideOf(place, text.replace(/^\/+/, ''), path)];
  const whole = text.startsWith(place.prefix) && place.prefix !== '' ? [text] : [];
  const relative = place.prefix + posix.join(posix.dirname(itemKey), '/').replace(/^\.\/$/, '') + text;
  return [insideOf(place, relative, path), ...whole.map((key) => insideOf(place, key, path))];
}

/** Whether a link leads into the connector's own place. */
export function holdsLink({ bucket, prefix }: Place, link: string): boolean {
  return isS3Link(link) && link.trim().slice('s3://'.length).startsWith(`${bucket}/${prefix}`);
}

function keyOfLink({ bucket }: Place, link: string): string {
  const [, named, key] = /^s3:\/\/([^/]*)\/(.+)$/is.exec(link) ?? [];
  if (named === bucket && key !== undefined) return key;
  throw new AppError(
    'path_outside',
    `"${link.slice(0, 200)}" does not lead into the connector's bucket ${bucket}, and its credentials are for nothing else.`,
  );
}

/** Dots are resolved as in a path, since that is what whoever wrote them meant; any other key is taken as it is. */
function insideOf(place: Place, key: string, asWritten: string): string {
  const hasDots = key.split('/').some((name) => name === '.' || name === '..');
  const target = hasDots ? posix.normalize(key) : key;
  if (target.startsWith(place.prefix) && target !== place.prefix && !target.startsWith('../')) return target;
  throw new AppError(
    'path_outside',
    `"${asWritten}" leads out of the connector's folder ${s3Url(place, place.prefix)}, and nothing outside it is read. Move the file into the folder, or set the connector to a folder above both.`,
  );
}
