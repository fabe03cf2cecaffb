import type { PoolConnection } from 'mysql2/promise';
import { type Connection, transaction } from '../../db/database.ts';
import { settleWork, type Work } from '../../db/queries/work.ts';
import { holdsWork } from '../../db/queries/work-claim.ts';
import type { Services } from '../services.ts';
import { WorkAborted } from './abort.ts';

/** Writes in a transaction of its own. Throws `lease_lost`, and nothing is written, where the claim does not hold any more. */
export type Fenced = (write: (connection: PoolConnection) => Promise<unknown>) => Promise<void>;

/** Whatever a run reports is written only while its claim holds. */
export function fencedBy({ database }: Services, work: Work): Fenced {
  return (write) =>
    transaction(database.pool, async (connection) => {
      await requireHeld(connection, work);
      await write(connection);
    });
}

/** Throws `lease_lost` unless the claim holds; in a transaction it then holds until that ends. */
export async function requireHeld(connection: Connection, work: Pick<Work, 'id' | 'claim'>): Promise<void> {
  if (!(await holdsWork(connection, work))) throw new WorkAborted('lease_lost');
}

/** Ends the work. Throws `lease_lost` where it is another worker's by now. */
export async function settleHeld(connection: Connection, work: Work): Promise<void> {
  if (!(await settleWork(connection, work))) throw new WorkAborted('lease_lost');
}
