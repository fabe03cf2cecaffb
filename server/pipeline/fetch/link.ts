import { AppError } from '../../../shared/error.ts';
import { isS3Link, isWebLink } from '../../../shared/link.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { BodyLimits } from '../../security/bounded-body.ts';
import { fetchStream } from '../../security/fetch.ts';
import type { Services } from '../../services.ts';
import { openS3Source, s3PlaceOf } from './s3-source.ts';

/**
 * Opens what an account's link (http, https, s3) leads to, within limits. Throws `invalid` for another link, and what
 * fetchStream() and openS3Source() throw.
 */
export function openLink(services: Services, accountId: number, link: string, limits: BodyLimits): Promise<ByteStream> {
  if (isS3Link(link)) return openS3Source(services, accountId, link, limits);
  return fetchStream(link, { ...limits, egress: services.egress });
}

/**
 * Refuses what openLink() would refuse at once: no link, the installation's own bucket, a host in a private network. Names
 * and redirects may change until it is opened, so it is checked again then.
 */
export async function checkLink(services: Pick<Services, 'config' | 'egress'>, link: string): Promise<void> {
  if (isS3Link(link)) {
    s3PlaceOf(services, link);
    return;
  }
  if (!isWebLink(link)) throw new AppError('invalid', `"${link.slice(0, 200)}" is no https, http or s3 link.`);
  await services.egress.resolve(new URL(link).hostname);
}
