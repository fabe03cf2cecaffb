import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { fetchStream } from '../../security/fetch.ts';
import type { Services } from '../../services.ts';
import { isS3Link, openS3Source, parseS3Link, refuseOwnBucket } from '../../storage/s3-source.ts';
import { fileLimits, leastBytesPerSecond } from './limits.ts';
import { unpacked } from './unpack.ts';

/** Opens the file that a job names: its content, unpacked, within the contract's limits. */
export async function openFile(
  services: Services,
  accountId: number,
  fileUrl: string,
  signal: AbortSignal,
): Promise<ByteStream> {
  const link = fileUrl.trim();
  const limits = { signal, maxBytes: fileLimits.bytes, tooLargeCode: 'invalid' as const, leastBytesPerSecond };
  const content = isS3Link(link)
    ? await openS3Source(services, accountId, link, limits)
    : await fetchStream(link, { egress: services.egress, ...limits });
  return unpacked(content, fileLimits.bytes);
}

/**
 * Refuses at once, with the field, what is no link or leads into a private network. It is checked again when the file is
 * fetched, because names and redirects may change until then.
 */
export async function checkFileUrl({ egress, config }: Services, fileUrl: string): Promise<void> {
  const link = fileUrl.trim();
  try {
    if (isS3Link(link)) refuseOwnBucket(parseS3Link(link).bucket, config.storageUrl);
    else await egress.resolve(webHost(link));
  } catch (thrown) {
    const error = AppError.from(thrown, 'the check of file_url');
    // A name server that does not answer says nothing about the link; the job will see.
    if (error.kind === 'transient') return;
    if (error.kind === 'system') throw error;
    throw new AppError('invalid', `file_url: ${error.message}`, { field: 'file_url', cause: thrown });
  }
}

function webHost(link: string): string {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '') return url.hostname;
  throw new AppError('invalid', `"${link.slice(0, 200)}" is no https, http or s3 link.`);
}
