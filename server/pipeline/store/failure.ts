import { databaseError } from '../../../db/failure.ts';
import { AppError } from '../../../shared/error.ts';

/** A failure of the database while rows are stored, in words. It concerns the whole execution, not the item. */
export function storeFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const failure = databaseError(thrown);
  const options = { cause: thrown, retryAfterSeconds: failure?.retryAfterSeconds };
  if (failure)
    return new AppError(
      failure.code,
      `${failure.message} What was stored until then stays, and an import goes on from there.`,
      options,
    );
  const { message = String(thrown) } = (thrown ?? {}) as { message?: string };
  return new AppError('database_failed', `The database refused to store rows: ${message}`, options);
}
