import { posix } from 'node:path';
import { AppError } from '../../../shared/error.ts';
import type { AfterSuccess, SourceItem } from '../connector.ts';
import { freeName } from '../files/free-name.ts';
import type { SftpConfig } from './config.ts';
import type { Connection } from './connection.ts';
import { statOf } from './listing.ts';
import { changed, versionOf } from './read.ts';
import { removeFile, renameByExtension, renamePlainly } from './rename.ts';

type AfterConfig = Pick<SftpConfig, 'processed_directory' | 'done_marker'>;

/**
 * Moves or deletes a file that was read, and its done marker with it: a marker that stayed would call the next file of
 * that name complete. One that is gone already is done; one that is another by now is left, with `item_changed`.
 */
export async function finishItem(
  connection: Connection,
  home: string,
  { key, version }: Pick<SourceItem, 'key' | 'version'>,
  action: AfterSuccess,
  { processed_directory, done_marker }: AfterConfig,
): Promise<void> {
  const path = posix.join(home, key);
  const stats = await statOf(connection, path);
  if (stats && versionOf(stats) !== version) throw changed(path);
  const marker = done_marker === undefined ? undefined : path + done_marker;
  if (action === 'delete') {
    if (stats) await removeFile(connection, path);
  } else if (stats) {
    const folder = await makeFolders(connection, home, processed_directory);
    const name = await freeName(
      key,
      async (name) => (await statOf(connection, posix.join(folder, name))) !== undefined,
    );
    const target = posix.join(folder, name);
    await moveFile(connection, path, target);
    if (marker && (await statOf(connection, marker))) await moveFile(connection, marker, target + done_marker);
    return;
  }
  if (marker) await removeFile(connection, marker);
}

/** To a name that was free a moment ago. */
export async function moveFile(connection: Connection, from: string, to: string): Promise<void> {
  if (!(await renameByExtension(connection, from, to))) await renamePlainly(connection, from, to);
}

/** Makes the folders that are missing on the way. Returns the last one's path. */
export async function makeFolders(connection: Connection, home: string, below: string): Promise<string> {
  const path = posix.join(home, below);
  if ((await statOf(connection, path))?.isDirectory()) return path;
  let folder = home;
  for (const name of posix.normalize(below).split('/').filter(Boolean)) {
    folder = posix.join(folder, name);
    await makeFolder(connection, folder);
  }
  return folder;
}

async function makeFolder(connection: Connection, path: string): Promise<void> {
  const found = await statOf(connection, path);
  if (found && !found.isDirectory())
    throw new AppError('conflict', `${path} is a file, so nothing can be moved into it. Choose another folder.`, {
      field: 'processed_directory',
    });
  if (!found) await connection.request(path, (sftp, done) => sftp.mkdir(path, (error) => done(error)));
}
