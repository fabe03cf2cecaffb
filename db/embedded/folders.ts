import { accessSync, chmodSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { AppError } from '../../shared/error.ts';

/** The system's code of a file operation that failed, such as ENOENT. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** Makes the folder where it is missing, and leaves it open to nobody but its owner, who has to be us. */
export function closedFolder(path: string): void {
  requireOwnFolder(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
  const stats = lstatSync(path);
  const us = process.getuid?.();
  if (!stats.isDirectory()) throw new AppError('invalid', `${path} has to be a folder, and is something else.`);
  if (us !== undefined && stats.uid !== us) throw foreign(path, stats.uid);
  if ((stats.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
}

/**
 * Runs `make` and checks that the folder can be read and written.
 * @throws AppError permission_denied, storage_full, invalid
 */
export function requireOwnFolder(path: string, make: () => void): void {
  try {
    make();
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (thrown) {
    throw folderError(path, thrown);
  }
}

/** What went wrong with a file or folder of the database, in words. */
export function folderError(path: string, thrown: unknown): AppError {
  const code = systemCode(thrown);
  const cause = { cause: thrown };
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const advice = 'Give the folder to this user, or name another one with CQA_DATA_DIR.';
    return new AppError('permission_denied', `The user ${userName()} may not read and write ${path}. ${advice}`, cause);
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, thrown);
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return new AppError('invalid', `${path} cannot be a folder: a file of that name is in the way.`, cause);
  }
  return new AppError('database_failed', `${path} could not be used: ${String(thrown)}.`, cause);
}

export function diskFull(path: string, cause: unknown): AppError {
  const advice = 'Free some space, or name a folder on another disk with CQA_DATA_DIR.';
  return new AppError('storage_full', `The disk that holds ${path} is full. ${advice}`, { cause });
}

function foreign(path: string, uid: number): AppError {
  return new AppError(
    'permission_denied',
    `${path} belongs to user number ${uid}, and this is ${userName()}. Start as that user, or give the folder to this one (chown -R).`,
  );
}

function userName(): string {
  const uid = process.getuid?.();
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `number ${uid}`;
  }
}
