import { AppError } from '../shared/error.ts';

/** What the server says when it is going down, has no room for a connection, or has dropped this one or its statement. */
const awayCodes = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_NORMAL_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_SERVER_SHUTDOWN',
]);
/** The disk, or a table, is full. */
const fullNumbers = [1021, 1114];
/** What the driver's pool says once it is closed; it has no code. */
const closedPool = 'Pool is closed.';

/**
 * What an error of the database means for whoever waits: `storage_full`, or `database_unavailable` where it is away,
 * restarting, or has dropped the connection, all of which pass. Undefined for any other error, of the database or not.
 */
export function databaseError(thrown: unknown): AppError | undefined {
  const error = (thrown ?? {}) as { code?: string; errno?: number; fatal?: boolean; message?: string };
  const { code = '', errno = 0, fatal, message } = error;
  if (fullNumbers.includes(errno))
    return new AppError(
      'storage_full',
      'The database has no room left. Free space where it keeps its data; it will be tried again.',
      { cause: thrown, retryAfterSeconds: 60 },
    );
  // The driver marks what ends a connection as fatal, such as a socket that is refused or reset.
  if (fatal !== true && !awayCodes.has(code) && message !== closedPool) return undefined;
  return new AppError('database_unavailable', `The database did not answer (${code || message}). It is tried again.`, {
    cause: thrown,
    retryAfterSeconds: 5,
  });
}
