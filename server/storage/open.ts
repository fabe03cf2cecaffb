import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/error.ts';
import { openFileStorage } from './file.ts';
import type { Storage } from './storage.ts';

/** Opens the storage that STORAGE_URL names. `key` has 32 bytes and seals what is kept. */
export function openStorage(url: string, key: Buffer): Storage {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return openFileStorage(fileURLToPath(url), key);
  throw new AppError(
    'setting_invalid',
    `STORAGE_URL: storage of the kind "${protocol}" is not available in this version. Use file:///a/folder, or leave it unset for a folder beside the data.`,
  );
}
