import { open, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/error.ts';
import { DirectFile } from './direct-file.ts';
import { segmentsOfKey } from './key.ts';
import { SealedReader } from './open-stream.ts';
import { PartialFolder } from './partial-folder.ts';
import type { DirectWriter, Storage } from './storage.ts';
import { failed, writeFailure } from './write-failure.ts';
import { SealedWriter } from './writer.ts';

/** Files under way lie in here, on the same file system, so that putting them in place is one rename. */
const partialFolder = '.partial';

/** Sealed files in a folder of ours, one a key. Files are 0600 and folders 0700. */
export function openFileStorage(root: string, storageKey: Buffer): Storage {
  const pathOf = (key: string) => join(root, ...segmentsOfKey(key));
  const partial = new PartialFolder(join(root, partialFolder));
  const writer = new SealedWriter();
  return {
    async put(key, content) {
      const path = pathOf(key);
      const temporary = await partial.newPath();
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
      const temporary = await partial.newPath();
      return inWords(new DirectFile({ temporary, path }, storageKey), root);
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
