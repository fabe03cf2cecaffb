import { posix } from 'node:path';
import type { FileEntryWithStats, Stats } from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { Connection } from './connection.ts';
import { hasStatus, sftpStatus } from './failure.ts';

/** Of a file in a folder: what is needed to take it or to wait for it. */
export interface Entry {
  name: string;
  stats: Pick<Stats, 'size' | 'mtime'>;
}

/**
 * A server that has looked at one batch can look at the next while we deal with the first. Answers to one folder come in
 * the order of the questions (draft-ietf-secsh-filexfer-02, section 4).
 */
const batchesAhead = 3;

/**
 * The files in a folder, in batches as the server gives them (OpenSSH 100 at a time) and in its order: however many there
 * are, only a few batches are held. Whatever is no file is left out, and names that `isWanted` refuses are not looked at further.
 */
export async function* listFolder(
  connection: Connection,
  folder: string,
  isWanted: (name: string) => boolean,
): AsyncGenerator<Entry[]> {
  const handle = await connection.handle(folder, (sftp, done) => sftp.opendir(folder, done));
  const ask = () => heardLater(nextBatch(connection, folder, handle));
  const ahead = Array.from({ length: batchesAhead }, ask);
  try {
    for (;;) {
      const batch = await ahead.shift();
      if (!batch) return;
      ahead.push(ask());
      yield await filesOf(connection, folder, batch, isWanted);
    }
  } finally {
    connection.request(folder, (sftp, done) => sftp.close(handle, done)).catch(() => undefined);
  }
}

/** Undefined at the end. */
async function nextBatch(
  connection: Connection,
  folder: string,
  handle: Buffer,
): Promise<FileEntryWithStats[] | undefined> {
  try {
    return await connection.request<FileEntryWithStats[]>(folder, (sftp, done) => sftp.readdir(handle, done));
  } catch (error) {
    // The protocol says "that was all" as a failure.
    if (hasStatus(error, sftpStatus.endOfFile)) return undefined;
    throw error;
  }
}

const fileType = { mask: 0o170000, regular: 0o100000, link: 0o120000, untold: 0 } as const;
const readable: readonly number[] = [fileType.regular, fileType.link, fileType.untold];

async function filesOf(
  connection: Connection,
  folder: string,
  batch: FileEntryWithStats[],
  isWanted: (name: string) => boolean,
): Promise<Entry[]> {
  const files: (Entry | Promise<Entry | undefined>)[] = [];
  for (const { filename: name, attrs } of batch) {
    const type = attrs.mode & fileType.mask;
    // A name is one in this folder, whatever a server may say.
    if (!readable.includes(type) || name.includes('/') || !isWanted(name)) continue;
    // What a server does not tell of an entry is undefined.
    const isKnown = type === fileType.regular && attrs.size !== undefined && attrs.mtime !== undefined;
    files.push(isKnown ? { name, stats: attrs } : followed(connection, folder, name));
  }
  return (await Promise.all(files)).filter((file) => file !== undefined);
}

/** A link to a folder is no file; one to nothing is listed, so that reading it says what is wrong. */
async function followed(connection: Connection, folder: string, name: string): Promise<Entry | undefined> {
  const stats = await statOf(connection, posix.join(folder, name));
  if (!stats) return { name, stats: { size: 0, mtime: 0 } };
  return stats.isDirectory() ? undefined : { name, stats };
}

/** Undefined where there is no such file. */
export async function statOf(connection: Connection, path: string): Promise<Stats | undefined> {
  try {
    return await connection.request<Stats>(path, (sftp, done) => sftp.stat(path, done));
  } catch (error) {
    if (error instanceof AppError && error.code === 'path_missing') return undefined;
    throw error;
  }
}

/** Somebody waits for it later, or nobody does any more. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
