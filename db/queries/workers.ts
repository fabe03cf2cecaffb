import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { Work, WorkKind } from './work.ts';

/** What names one claim on one piece of work; enough to renew it and to give it back. */
export type Claim = Pick<Work, 'id' | 'claim'>;

/** Which of the kinds have work that is due: one look into the index for each. */
export async function dueKinds(pool: Pool, kinds: readonly WorkKind[]): Promise<WorkKind[]> {
  const look = 'SELECT ? AS kind FROM DUAL WHERE EXISTS (SELECT 1 FROM work WHERE kind = ? AND run_after <= NOW(3))';
  const [rows] = await pool.query<RowDataPacket[]>(
    kinds.map(() => look).join(' UNION ALL '),
    kinds.flatMap((kind) => [kind, kind]),
  );
  return rows.map((row) => row.kind);
}

/**
 * Extends the leases of everything that a worker holds, in one statement, and returns the claims that were lost: others
 * have that work now.
 */
export async function renewClaims(pool: Pool, claims: Claim[], leaseSeconds: number): Promise<Claim[]> {
  if (claims.length === 0) return [];
  const ids = claims.map(({ id }) => id);
  // `id IN` finds the rows by the primary key on both servers; MariaDB does not use it for pairs.
  const [result] = await pool.query<ResultSetHeader>(
    'UPDATE work SET run_after = NOW(3) + INTERVAL ? SECOND WHERE id IN (?) AND (id, claim) IN (?)',
    [leaseSeconds, ids, claims.map(({ id, claim }) => [id, claim])],
  );
  if (result.affectedRows === claims.length) return [];
  const [rows] = await pool.query<RowDataPacket[]>('SELECT id, claim FROM work WHERE id IN (?)', [ids]);
  const current = new Map<number, number>(rows.map((row) => [row.id, row.claim]));
  return claims.filter(({ id, claim }) => current.get(id) !== claim);
}

/**
 * Gives work back before its lease ends, each piece due after its own `delayMs` (0 by default), the attempt not counted.
 * The fencing token moves on, so whoever still works on it cannot settle it any more.
 */
export async function releaseClaims(pool: Pool, claims: (Claim & { delayMs?: number })[]): Promise<void> {
  if (claims.length === 0) return;
  const rows = claims.map(() => 'SELECT ? AS id, ? AS claim, ? AS delay_us').join(' UNION ALL ');
  await pool.query(
    `UPDATE work w JOIN (${rows}) released ON w.id = released.id AND w.claim = released.claim
        SET w.run_after = NOW(3) + INTERVAL released.delay_us MICROSECOND, w.attempts = IF(w.attempts > 0, w.attempts - 1, 0),
            w.claim = w.claim + 1`,
    claims.flatMap(({ id, claim, delayMs = 0 }) => [id, claim, Math.round(delayMs * 1000)]),
  );
}

/** Takes an attempt back that was counted, whoever has the work now. */
export async function uncountAttempts(pool: Pool, ids: readonly number[]): Promise<void> {
  await pool.query('UPDATE work SET attempts = attempts - 1 WHERE id IN (?) AND attempts > 0', [ids]);
}

/** Takes work from a worker that died with it: the attempt counts, what happened is kept, and the token moves on. */
export async function failClaims(pool: Pool, claims: Claim[], delayMs: number, failure: Failure): Promise<void> {
  if (claims.length === 0) return;
  await pool.query(
    `UPDATE work SET run_after = NOW(3) + INTERVAL ? MICROSECOND, last_error = ?, claim = claim + 1
     WHERE id IN (?) AND (id, claim) IN (?)`,
    [
      Math.round(delayMs * 1000),
      JSON.stringify(failure),
      claims.map(({ id }) => id),
      claims.map(({ id, claim }) => [id, claim]),
    ],
  );
}

/** Takes work off the list whoever holds it; the holder's claim is void from then on. */
export async function dropWork(
  connection: PoolConnection,
  { kind, accountId, subject }: Pick<Work, 'kind' | 'accountId' | 'subject'>,
): Promise<void> {
  await connection.query('DELETE FROM work WHERE kind = ? AND subject = ? AND account_id = ?', [
    kind,
    subject,
    accountId,
  ]);
}

/** How earlier attempts of these pieces of work failed, where that was told. */
export async function lastFailures(pool: Pool, ids: number[]): Promise<Map<number, Failure>> {
  if (ids.length === 0) return new Map();
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, last_error FROM work WHERE id IN (?) AND last_error IS NOT NULL',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, JSON.parse(row.last_error) as Failure]));
}

export interface WorkerRecord {
  id: Buffer;
  roles: readonly string[];
  processId: number;
  host: string;
}

/** Says that this worker is alive; the first time it makes its row. */
export async function seeWorker(pool: Pool, { id, roles, processId, host }: WorkerRecord): Promise<void> {
  await pool.query(
    `INSERT INTO worker (id, roles, process_id, host, started_at, seen_at) VALUES (?, ?, ?, ?, NOW(3), NOW(3))
     ON DUPLICATE KEY UPDATE seen_at = NOW(3)`,
    [id, roles.join(','), processId, host],
  );
}

export async function forgetWorker(pool: Pool, id: Buffer): Promise<void> {
  await pool.query('DELETE FROM worker WHERE id = ?', [id]);
}

/** Removes the rows of workers that ended without a word, once nobody can be interested in them. */
export async function forgetOldWorkers(pool: Pool): Promise<void> {
  await pool.query('DELETE FROM worker WHERE seen_at < NOW(3) - INTERVAL 1 DAY');
}

/** Whether any worker gave a sign of life within the last `withinSeconds`. */
export async function hasWorkerSeen(pool: Pool, withinSeconds: number): Promise<boolean> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT 1 FROM worker WHERE FIND_IN_SET('worker', roles) AND seen_at >= NOW(3) - INTERVAL ? SECOND LIMIT 1",
    [withinSeconds],
  );
  return rows.length > 0;
}
