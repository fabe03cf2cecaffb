import { transaction } from '../../../db/database.ts';
import { addFileJob, countUnfinishedFileJobs } from '../../../db/queries/file-jobs.ts';
import { newId } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import type { Services } from '../../services.ts';
import type { FileRequest } from './file-request.ts';
import { fileLimits } from './limits.ts';
import { checkFileUrl } from './open-file.ts';

/**
 * Makes a job that reads a file. Throws `invalid` with the field `file_url` for a link that may not be opened, and
 * `too_many_jobs` where the account has as many unfinished ones as are allowed, however many ask at once.
 */
export async function createFileJob(services: Services, accountId: number, request: FileRequest): Promise<Buffer> {
  await checkFileUrl(services, request.file_url);
  const id = newId();
  const callbackUrl = request.callback_url?.trim() || null;
  await transaction(services.database.pool, async (connection) => {
    const unfinished = await countUnfinishedFileJobs(connection, accountId);
    if (unfinished >= fileLimits.unfinishedJobs) throw tooManyJobs(unfinished);
    await addFileJob(connection, { id, accountId, request: JSON.stringify(request), callbackUrl });
  });
  return id;
}

function tooManyJobs(unfinished: number): AppError {
  return new AppError(
    'too_many_jobs',
    `The account has ${unfinished} file jobs that are not finished, and ${fileLimits.unfinishedJobs} are the most at once. Wait until one is completed or failed (GET /ingress/interactions/batch/{id}), then send this again.`,
    { retryAfterSeconds: 30 },
  );
}
