import type { Pool, PoolConnection } from 'mysql2/promise';
import type { NewWork } from './queries/work.ts';

/** Told of work once it is committed. It must not throw: nothing that it does may fail the commit. */
export type WorkListener = (made: readonly NewWork[]) => void;

const listeners = new WeakMap<Pool, WorkListener>();
const uncommitted = new WeakMap<Pool | PoolConnection, NewWork[]>();

/** From now on `listener` is told of the work that is made through this pool, in transactions or outside of them. */
export function listenForWork(pool: Pool, listener: WorkListener): void {
  listeners.set(pool, listener);
}

/** A transaction begins on the connection: what is made in it is told after its commit alone. */
export function collectWork(pool: Pool, connection: PoolConnection): void {
  if (listeners.has(pool)) uncommitted.set(connection, []);
}

/** Work was written: outside of a transaction it is there already. */
export function noteWork(connection: Pool | PoolConnection, made: readonly NewWork[]): void {
  const collected = uncommitted.get(connection);
  if (collected) collected.push(...made);
  else listeners.get(connection as Pool)?.(made);
}

/** The transaction on the connection was committed. */
export function tellWork(pool: Pool, connection: PoolConnection): void {
  const made = uncommitted.get(connection);
  uncommitted.delete(connection);
  if (made && made.length > 0) listeners.get(pool)?.(made);
}
