import type { PoolConnection } from 'mysql2/promise';
import { measureUnfinished } from '../../../db/queries/campaign-import-files.ts';
import { type ImportFileKind, importLimits } from '../../../shared/campaign.ts';
import { AppError } from '../../../shared/error.ts';

/** Throws `invalid` and `audio_too_large` for a file that is empty or larger than is taken. */
export function requireSize(kind: ImportFileKind, byteSize: number): void {
  const most = kind === 'sheet' ? importLimits.sheetBytes : importLimits.fileBytes;
  if (byteSize === 0) throw new AppError('invalid', 'The file is empty (0 bytes).');
  if (byteSize <= most) return;
  const shown =
    kind === 'sheet' ? '50 MB, the most that is taken of a CSV' : '2 GB, the most that is taken of a recording';
  throw new AppError(kind === 'sheet' ? 'invalid' : 'audio_too_large', `The file is larger than ${shown}.`);
}

/** Throws `quota_exceeded` where the import has as many files, or the account as many bytes, as are taken. */
export async function requireRoom(
  connection: PoolConnection,
  accountId: number,
  importId: Buffer,
  byteSize: number,
): Promise<void> {
  const { files, unfinishedBytes } = await measureUnfinished(connection, accountId, importId);
  if (files >= importLimits.files)
    throw new AppError(
      'quota_exceeded',
      `One import takes ${importLimits.files.toLocaleString('en')} files. Finish it and start another one for the rest.`,
    );
  if (unfinishedBytes + byteSize > importLimits.unfinishedBytes)
    throw new AppError(
      'quota_exceeded',
      `This account has ${Math.round(unfinishedBytes / 1024 ** 3)} GB in imports that are not finished, and ${importLimits.unfinishedBytes / 1024 ** 3} GB are the most. Finish or cancel some of them first.`,
    );
}
