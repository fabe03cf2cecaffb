import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Work } from './work.ts';
import type { Claim } from './workers.ts';

/**
 * Whether this worker still holds the work. In a transaction the row is locked until its end, so nobody can take the
 * work over before what is written under it is committed.
 */
export async function holdsWork(
  connection: Pool | PoolConnection,
  { id, claim }: Pick<Work, 'id' | 'claim'>,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT 1 FROM work WHERE id = ? AND claim = ? FOR UPDATE', [
    id,
    claim,
  ]);
  return rows.length === 1;
}

/** Whether the work waits for somebody: nobody has claimed it, or its lease is over. Locked until the end of the transaction. */
export async function lockDueWork(
  connection: PoolConnection,
  { kind, accountId, subject }: Pick<Work, 'kind' | 'accountId' | 'subject'>,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT run_after <= NOW(3) AS is_due FROM work WHERE kind = ? AND subject = ? AND account_id = ? FOR UPDATE',
    [kind, subject, accountId],
  );
  return rows[0]?.is_due === 1;
}

/** Those that are still ours, locked until the end of the transaction. Of several claims on the same work one at most is. */
export async function lockHeld<Held extends Claim>(
  connection: PoolConnection,
  list: readonly Held[],
): Promise<Set<Held>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id, claim FROM work WHERE id IN (?) ORDER BY id FOR UPDATE',
    [list.map(({ id }) => id)],
  );
  const current = new Map<number, number>(rows.map((row) => [row.id, row.claim]));
  return new Set(list.filter(({ id, claim }) => current.get(id) === claim));
}

/** Ends work that is locked and ours. */
export async function removeWork(connection: PoolConnection, held: ReadonlySet<Claim>): Promise<void> {
  if (held.size > 0) await connection.query('DELETE FROM work WHERE id IN (?)', [[...held].map(({ id }) => id)]);
}
