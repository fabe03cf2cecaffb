import type { Pool, PoolConnection } from 'mysql2/promise';

/** Given the pool that it was written through. It must not throw: nothing that it does may fail the commit. */
type CommitCallback = (pool: Pool) => void;

const waiting = new WeakMap<Pool | PoolConnection, CommitCallback[]>();

/** Calls back once what was written on the connection is committed: outside of a transaction it is, so at once. */
export function afterCommit(connection: Pool | PoolConnection, callback: CommitCallback): void {
  const callbacks = waiting.get(connection);
  if (callbacks) callbacks.push(callback);
  else callback(connection as Pool);
}

/** A transaction begins on the connection. */
export function holdCallbacks(connection: PoolConnection): void {
  waiting.set(connection, []);
}

/** The transaction on the connection was committed. */
export function callBack(pool: Pool, connection: PoolConnection): void {
  const callbacks = waiting.get(connection) ?? [];
  waiting.delete(connection);
  for (const callback of callbacks) callback(pool);
}
