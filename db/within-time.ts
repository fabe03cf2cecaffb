import type { PoolConnection } from 'mysql2/promise';
import type { Database } from './database.ts';

/** What the server says when it has ended a statement that took too long. */
const endedByTime = new Set([3024, 1969]);

export type WithinTime<T> = { done: true; value: T } | { done: false };

/**
 * Runs reads on one connection, each of which the server itself ends after `timeoutMs`: an answer that a person waits for
 * must not keep the database busy when it is too dear. `done: false`: one was ended so.
 */
export async function withinTime<T>(
  { pool, flavour }: Pick<Database, 'pool' | 'flavour'>,
  timeoutMs: number,
  read: (connection: PoolConnection) => Promise<T>,
): Promise<WithinTime<T>> {
  const limit = flavour === 'mariadb' ? 'max_statement_time' : 'max_execution_time';
  const connection = await pool.getConnection();
  try {
    await connection.query(`SET SESSION ${limit} = ${flavour === 'mariadb' ? timeoutMs / 1000 : Math.ceil(timeoutMs)}`);
    const result = await endedOr(() => read(connection));
    await connection.query(`SET SESSION ${limit} = DEFAULT`);
    connection.release();
    return result;
  } catch (error) {
    // Nobody else may get a connection that ends their statements.
    connection.destroy();
    throw error;
  }
}

async function endedOr<T>(read: () => Promise<T>): Promise<WithinTime<T>> {
  try {
    return { done: true, value: await read() };
  } catch (error) {
    if (endedByTime.has((error as { errno?: number } | null)?.errno ?? 0)) return { done: false };
    throw error;
  }
}
