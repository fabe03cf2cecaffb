import { posix } from 'node:path';
import { AppError } from '../../../shared/error.ts';

/** Whether `path` is `folder` or lies below it. Both absolute and normal. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/**
 * Where a recording named by a row lies: relative to its CSV's folder, or absolute, and never outside the connector's
 * folder. `folders` are the names of that folder, as configured and as the server calls it; the last one counts.
 */
export function recordingPath(folders: string[], itemKey: string, path: string): string {
  const home = folders.at(-1) ?? '/';
  const text = path.trim();
  if (text === '' || text.includes('\0')) throw new AppError('path_missing', 'The row names no recording.');
  const base = posix.join(home, posix.dirname(itemKey));
  const target = posix.normalize(posix.isAbsolute(text) ? text : posix.join(base, text)).replace(/(.)\/$/, '$1');
  for (const folder of folders) if (isInside(folder, target)) return posix.join(home, posix.relative(folder, target));
  throw outside(path);
}

export function outside(path: string): AppError {
  return new AppError(
    'path_outside',
    `"${path}" leads out of the connector's folder, and nothing outside it is read. Move the file into the folder, or set the connector to a folder above both.`,
  );
}
