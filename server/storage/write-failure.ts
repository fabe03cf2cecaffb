import { AppError } from '../../shared/error.ts';

const noRoom: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'files may not grow any further here',
};

/** What failed while writing; failures of the content's own source pass through as they are. */
export function writeFailure(error: unknown, root: string): unknown {
  if (error instanceof AppError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const full = code === undefined ? undefined : noRoom[code];
  if (full)
    return new AppError('storage_full', `There is no room left in ${root}: ${full}. Free some space.`, {
      cause: error,
      retryAfterSeconds: 60,
    });
  return (error as NodeJS.ErrnoException).syscall === undefined ? error : failed(`Writing into ${root} failed`, error);
}

export function failed(what: string, cause: unknown): AppError {
  return new AppError('storage_failed', `${what} (${(cause as Error).message}).`, { cause });
}
