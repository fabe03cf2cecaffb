import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/error.ts';
import { openFileStorage } from './file.ts';
import { checkS3Storage } from './s3/check.ts';
import { openS3Storage } from './s3.ts';
import type { Storage } from './storage.ts';

/**
 * Opens the storage that STORAGE_URL names: `file:///a/folder` or `s3://bucket/prefix`. `key` has 32 bytes and seals what
 * is kept. `scratch` is a folder of ours for what is on its way to another machine. Throws `setting_invalid`.
 */
export function openStorage(url: string, key: Buffer, scratch = join(tmpdir(), 'cqa-storage')): Storage {
  const { protocol } = new URL(url);
  if (protocol === 'file:') return openFileStorage(fileURLToPath(url), key);
  if (protocol === 's3:') return openS3Storage(url, key, scratch);
  throw new AppError(
    'setting_invalid',
    `STORAGE_URL: there is no storage of the kind "${protocol}". Use s3://bucket/prefix or file:///a/folder, or leave it unset for a folder beside the data.`,
  );
}

/**
 * Tries a storage on another machine with everything that will be done there, and tells what was done; a folder of ours
 * shows what it lacks by itself. Throws `setting_invalid` with the setting's name, and a transient error where nobody
 * answers.
 */
export async function checkStorage(url: string): Promise<string | undefined> {
  return new URL(url).protocol === 's3:' ? await checkS3Storage(url) : undefined;
}
