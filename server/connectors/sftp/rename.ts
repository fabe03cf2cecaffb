import { AppError } from '../../../shared/error.ts';
import type { Connection } from './connection.ts';
import { hasStatus, sftpStatus } from './failure.ts';

/**
 * Renames by OpenSSH's extension, which replaces what is in the way and needs no hard links. False where the server does
 * not have it.
 */
export async function renameByExtension(connection: Connection, from: string, to: string): Promise<boolean> {
  try {
    await connection.request(from, (sftp, done) => sftp.ext_openssh_rename(from, to, (error) => done(error)));
    return true;
  } catch (error) {
    if (isUnsupported(error)) return false;
    throw error;
  }
}

/** Renames by the protocol's own request; most servers refuse a name that is taken. */
export function renamePlainly(connection: Connection, from: string, to: string): Promise<void> {
  return connection.request(from, (sftp, done) => sftp.rename(from, to, (error) => done(error)));
}

function isUnsupported(error: unknown): boolean {
  if (hasStatus(error, sftpStatus.unsupported)) return true;
  const cause = error instanceof AppError ? error.cause : undefined;
  return cause instanceof Error && /does not support/i.test(cause.message);
}

/** Removes a file; one that is not there is well. */
export async function removeFile(connection: Connection, path: string): Promise<void> {
  try {
    await connection.request(path, (sftp, done) => sftp.unlink(path, (error) => done(error)));
  } catch (error) {
    if (!hasStatus(error, sftpStatus.noSuchFile)) throw error;
  }
}
