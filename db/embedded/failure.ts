import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../../shared/error.ts';
import { diskFull } from './folders.ts';
import type { Layout } from './layout.ts';
import type { Exit } from './process.ts';

const tailBytes = 6000;

/** What the server wrote since `start`, at most its last few kilobytes. */
export function logTail(path: string, start: number): string {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const from = Math.max(start, size - tailBytes, 0);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    const read = readSync(file, buffer, 0, buffer.length, from);
    return buffer.toString('utf8', 0, read).trim();
  } finally {
    closeSync(file);
  }
}

/** Why a server ended that should run, from its own last words; the words themselves are in the cause. */
export function serverFailure(layout: Layout, log: string, exit: Exit): AppError {
  const cause = new Error(`${describeExit(exit)}; its log ends:\n${log || '(nothing)'}`, { cause: exit.error });
  const library = /error while loading shared libraries: (\S+?):/.exec(log)?.[1];
  if (library !== undefined) {
    const message = `The database server cannot run, because the library ${library} is missing. Install the server anew with the system's package manager.`;
    return new AppError('program_missing', message, { cause });
  }
  if (/no space left on device|disk full|err(or|code)( number)?:? "?28\b/i.test(log))
    return diskFull(layout.dataDir, cause);
  if (/permission denied|err(or|code)( number)?:? "?13\b|access denied to/i.test(log)) {
    const message = `The database server may not use its files in ${layout.folder}. Give the whole folder to the user that starts the product (chown -R). Its log: ${layout.log}`;
    return new AppError('permission_denied', message, { cause });
  }
  if (/unable to lock \.?\/?ibdata|can't lock aria control file/i.test(log)) {
    const message = `Another database server uses the files in ${layout.folder}. Stop it, or choose another folder with CQA_DATA_DIR.`;
    return new AppError('database_in_use', message, { cause });
  }
  if (/upgrade after a crash is not supported/i.test(log)) {
    const message = `The database server in use is newer than the data in ${layout.dataDir}, which was not closed in order. Start once with the older server (CQA_MARIADBD), stop it, then start with the newer one.`;
    return new AppError('database_failed', message, { cause });
  }
  const message = `The embedded database did not start (${describeExit(exit)}). Its log tells more: ${layout.log}`;
  return new AppError('database_failed', message, { cause });
}

export function describeExit(exit: Exit): string {
  if (exit.error !== undefined) return exit.error.message;
  return exit.signal === null ? `it ended with code ${exit.code}` : `it was ended by ${exit.signal}`;
}
