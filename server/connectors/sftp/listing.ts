import type { FileEntryWithStats, Stats } from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { Connection } from './connection.ts';
import { hasStatus, sftpStatus } from './failure.ts';
import { isOffered } from './paths.ts';
import { versionOf } from './read.ts';

/** Of one folder entry: what is needed to take it or to wait for it. */
export interface Listed {
  version: string;
  size: number | undefined;
}

/** The CSV files in a folder by name. Entries come in batches and only those that count are kept. */
export async function listFolder(connection: Connection, folder: string): Promise<Map<string, Listed>> {
  const found = new Map<string, Listed>();
  const handle = await connection.handle(folder, (sftp, done) => sftp.opendir(folder, done));
  try {
    for (;;) {
      const batch = await nextBatch(connection, folder, handle);
      if (!batch) return found;
      for (const entry of batch) await keep(connection, folder, entry, found);
    }
  } finally {
    connection.request(folder, (sftp, done) => sftp.close(handle, done)).catch(() => undefined);
  }
}

async function nextBatch(connection: Connection, folder: string, handle: Buffer) {
  try {
    return await connection.request<FileEntryWithStats[]>(folder, (sftp, done) => sftp.readdir(handle, done));
  } catch (error) {
    // The protocol says "that was all" as a failure.
    if (hasStatus(error, sftpStatus.endOfFile)) return undefined;
    throw error;
  }
}

const fileType = { mask: 0o170000, folder: 0o040000, link: 0o120000 } as const;

async function keep(
  connection: Connection,
  folder: string,
  { filename, attrs }: FileEntryWithStats,
  found: Map<string, Listed>,
): Promise<void> {
  if (!isOffered(filename)) return;
  const type = attrs.mode & fileType.mask;
  if (type === fileType.folder) return;
  const listed =
    type === fileType.link
      ? await followed(connection, `${folder}/${filename}`)
      : { version: versionOf(attrs), size: attrs.size };
  if (listed) found.set(filename, listed);
}

/** A link to a folder is no file; one to nothing is listed, so that reading it says what is wrong. */
async function followed(connection: Connection, path: string): Promise<Listed | undefined> {
  try {
    const stats = await connection.request<Stats>(path, (sftp, done) => sftp.stat(path, done));
    return stats.isDirectory() ? undefined : { version: versionOf(stats), size: stats.size };
  } catch (error) {
    if (error instanceof AppError && error.code === 'path_missing') return { version: 'missing', size: undefined };
    throw error;
  }
}
