import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/error.ts';
import { DirectFile } from './direct-file.ts';
import { SealedReader } from './open-stream.ts';
import type { DirectWriter, Storage } from './storage.ts';
import { SealedWriter } from './writer.ts';

/** Files under way lie in here, on the same file system, so that putting them in place is one rename. */
const partialFolder = '.partial';
const abandonedMs = 24 * 3600_000;

/** Sealed files in a folder of ours, one a key. Files are 0600 and folders 0700. */
export function openFileStorage(root: string, storageKey: Buffer): Storage {
  const pathOf = (key: string) => join(root, ...safeSegments(key));
  const temporaryPath = () => join(root, partialFolder, randomUUID());
  const writer = new SealedWriter();
  let prepared: Promise<void> | undefined;
  const prepare = () => {
    prepared ??= preparePartial(root).catch((error: unknown) => {
      prepared = undefined;
      throw writeFailure(error, root);
    });
    return prepared;
  };
  return {
    async put(key, content) {
      const path = pathOf(key);
      const temporary = temporaryPath();
      await prepare();
      const file = writer.begin({ temporary, path }, storageKey);
      try {
        for await (const bytes of content) await file.write(bytes);
        return await file.end();
      } catch (error) {
        await file.abandon();
        throw writeFailure(error, root);
      }
    },
    async direct(key) {
      const path = pathOf(key);
      await prepare();
      return inWords(new DirectFile({ temporary: temporaryPath(), path }, storageKey), root);
    },
    async read(key, range) {
      const { reader, handle } = await openSealed(pathOf(key), key, storageKey);
      const start = range?.start ?? 0;
      const end = Math.min(range ? range.end + 1 : reader.contentBytes, reader.contentBytes);
      if (start >= 0 && start <= end) return reader.stream(start, end);
      await handle.close();
      throw new AppError(
        'invalid',
        `The range ${start}–${end - 1} is not within the ${reader.contentBytes} bytes stored.`,
      );
    },
    async size(key) {
      const { reader, handle } = await openSealed(pathOf(key), key, storageKey);
      await handle.close();
      return reader.contentBytes;
    },
    async remove(key) {
      const path = pathOf(key);
      await ignoring(['ENOENT', 'ENOTDIR'], unlink(path));
      // The folder goes with its last file; a put that comes between makes it again.
      await ignoring(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'], rmdir(dirname(path)));
    },
  };
}

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;

/** Keys are made by us; one that is not of our making never becomes a path. */
function safeSegments(key: string): string[] {
  const segments = key.split('/');
  if (segments.every((part) => segment.test(part))) return segments;
  throw new AppError('invalid', `"${key.slice(0, 200)}" is no storage key.`);
}

/** Makes the folder, and clears what a program that was killed left in it. */
async function preparePartial(root: string): Promise<void> {
  const folder = join(root, partialFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (facts && Date.now() - facts.mtimeMs > abandonedMs) await rm(path, { force: true });
  }
}

async function openSealed(path: string, key: string, storageKey: Buffer) {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new AppError('not_found', `The stored file ${key} is not there any more.`, { cause: error });
    throw failed(`The stored file ${key} cannot be opened`, error);
  });
  try {
    return { handle, reader: await SealedReader.open(handle, storageKey, key) };
  } catch (error) {
    await handle.close();
    throw error instanceof AppError ? error : failed(`The stored file ${key} cannot be read`, error);
  }
}

async function ignoring(codes: string[], action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

const noRoom: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'files may not grow any further here',
};

/** What failed while writing; failures of the content's own source pass through as they are. */
function writeFailure(error: unknown, root: string): unknown {
  if (error instanceof AppError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const full = code === undefined ? undefined : noRoom[code];
  if (full)
    return new AppError(
      'storage_full',
      `There is no room left in ${root}: ${full}. Free some space; it will be tried again.`,
      { cause: error, retryAfterSeconds: 60 },
    );
  return (error as NodeJS.ErrnoException).syscall === undefined ? error : failed(`Writing into ${root} failed`, error);
}

/** The same file, whose failures are told as those of put(). */
function inWords(file: DirectFile, root: string): DirectWriter {
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw writeFailure(error, root);
    }
  };
  return {
    write: (bytes) => told(() => file.write(bytes)),
    end: () => told(() => file.end()),
    abandon: () => told(() => file.abandon()),
  };
}

function failed(what: string, cause: unknown): AppError {
  return new AppError('storage_failed', `${what} (${(cause as Error).message}).`, { cause });
}
