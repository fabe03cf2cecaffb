import { AppError } from '../../../shared/error.ts';

const lostCodes = ['PROTOCOL_CONNECTION_LOST', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'];
const lostNumbers = [1053, 1077, 4031];
const fullNumbers = [1021, 1114];

/** A failure of the database while rows are stored, in words. It concerns the whole execution, not the item. */
export function storeFailure(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const {
    code = '',
    errno = 0,
    message = String(thrown),
  } = (thrown ?? {}) as { code?: string; errno?: number; message?: string };
  const options = { cause: thrown };
  if (lostCodes.includes(code) || lostNumbers.includes(errno))
    return new AppError(
      'database_unavailable',
      'The connection to the database was lost while rows were stored. The import goes on where it was when the database answers again.',
      options,
    );
  if (fullNumbers.includes(errno))
    return new AppError(
      'database_unavailable',
      'The database has no room left for more rows. Free space where it keeps its data; the import then goes on where it was.',
      options,
    );
  return new AppError('database_failed', `The database refused to store rows: ${message}`, options);
}
