import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import type { Services } from '../../services.ts';
import { checkLink, openLink } from '../fetch/link.ts';
import { type UnpackBounds, unpacked } from '../fetch/unpack.ts';
import { fileLimits, leastBytesPerSecond } from './limits.ts';

/** As many bytes either way; how well they are packed says nothing then. */
const bounds: UnpackBounds = {
  plainBytes: fileLimits.bytes,
  unpackedBytes: fileLimits.bytes,
  ratio: Number.POSITIVE_INFINITY,
  zip: 'refused',
};

/** Opens the file that a job names: its content, unpacked, within the contract's limits. */
export async function openFile(
  services: Services,
  accountId: number,
  fileUrl: string,
  signal: AbortSignal,
): Promise<ByteStream> {
  const limits = { signal, maxBytes: fileLimits.bytes, tooLargeCode: 'invalid' as const, leastBytesPerSecond };
  return unpacked(await openLink(services, accountId, fileUrl.trim(), limits), bounds);
}

/** Refuses at once, with the field, what is no link or leads into a private network. */
export async function checkFileUrl(services: Services, fileUrl: string): Promise<void> {
  try {
    await checkLink(services, fileUrl.trim());
  } catch (thrown) {
    const error = AppError.from(thrown, 'the check of file_url');
    // A name server that does not answer says nothing about the link; the job will see.
    if (error.kind === 'transient') return;
    if (error.kind === 'system') throw error;
    throw new AppError('invalid', `file_url: ${error.message}`, { field: 'file_url', cause: thrown });
  }
}
