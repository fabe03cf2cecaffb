import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { afterCommit } from '../after-commit.ts';
import { transaction } from '../database.ts';

/**
 * What waits to be done. `execute` runs one execution; `record` fetches one interaction's recordings; `analyse` measures
 * an interaction, assigns its quality profiles and scores it by each of them; `ingest` reads a file that came over the API;
 * `webhook` tells a customer's server of a change; `upload` looks a day later whether what an upload stored was kept;
 * `manual_import` makes interactions of the files that a person uploaded; `feedback` tells a stream's source of a result;
 * `notify` sends a mail about alerts;
 * `index` looks at an account's interactions for the metadata by which they are found.
 */
export const workKinds = [
  'execute',
  'record',
  'analyse',
  'ingest',
  'webhook',
  'upload',
  'manual_import',
  'feedback',
  'notify',
  'index',
] as const;
export type WorkKind = (typeof workKinds)[number];

export interface Work {
  id: number;
  kind: WorkKind;
  accountId: number;
  /** The id of the execution, interaction, ingress job, webhook delivery, notice or account. */
  subject: Buffer;
  /** What belongs together, for example the connector whose session can serve many. */
  groupKey: number;
  /** The fencing token: only its holder may settle the work. */
  claim: number;
  attempts: number;
}

export interface NewWork {
  kind: WorkKind;
  accountId: number;
  subject: Buffer;
  groupKey?: number;
}

/** Told of work once it is committed. It must not throw. */
export type WorkListener = (made: readonly NewWork[]) => void;

const listeners = new WeakMap<Pool, WorkListener>();

/** From now on `listener` is told of the work that is made through this pool, in transactions or outside of them. */
export function listenForWork(pool: Pool, listener: WorkListener): void {
  listeners.set(pool, listener);
}

/** Has the pool's listener told of work that was written on the connection. */
export function tellOfWork(connection: PoolConnection | Pool, made: readonly NewWork[]): void {
  afterCommit(connection, (pool) => listeners.get(pool)?.(made));
}

/** Adds work that is due at once; work that is already there stays as it is. */
export async function addWork(connection: PoolConnection | Pool, list: NewWork[]): Promise<void> {
  if (list.length === 0) return;
  const values = list.map(({ kind, accountId, subject, groupKey = 0 }) => [kind, accountId, subject, groupKey]);
  const rows = values.map(() => '(?,?,?,?,NOW(3))').join(',');
  await connection.query(
    `INSERT INTO work (kind, account_id, subject, group_key, run_after) VALUES ${rows} ON DUPLICATE KEY UPDATE id = id`,
    values.flat(),
  );
  tellOfWork(connection, list);
}

export interface ClaimOptions {
  limit: number;
  leaseSeconds: number;
  /** Only work on these; by default what is due longest comes first. */
  subjects?: readonly Buffer[] | undefined;
}

/**
 * Takes up to `limit` due pieces of work for `leaseSeconds`. Claiming pushes `run_after` to the end of the lease, so
 * what a dead worker held becomes due again by itself; the database's clock alone counts.
 */
export function claimWork(
  pool: Pool,
  kind: WorkKind,
  { limit, leaseSeconds, subjects }: ClaimOptions,
): Promise<Work[]> {
  return transaction(pool, async (connection) => {
    const rows = await (subjects ? lockNamed(connection, kind, subjects, limit) : lockDue(connection, kind, limit));
    if (rows.length === 0) return [];
    await connection.query(
      'UPDATE work SET run_after = NOW(3) + INTERVAL ? SECOND, claim = claim + 1, attempts = attempts + 1 WHERE id IN (?)',
      [leaseSeconds, rows.map((row) => row.id)],
    );
    return rows.map((row) => ({
      id: row.id,
      kind,
      accountId: row.account_id,
      subject: row.subject,
      groupKey: row.group_key,
      claim: row.claim + 1,
      attempts: row.attempts + 1,
    }));
  });
}

const selectWork = 'SELECT id, account_id, subject, group_key, claim, attempts FROM work';

async function lockDue(connection: PoolConnection, kind: WorkKind, limit: number): Promise<RowDataPacket[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `${selectWork} WHERE kind = ? AND run_after <= NOW(3) ORDER BY run_after, id LIMIT ? FOR UPDATE SKIP LOCKED`,
    [kind, limit],
  );
  return rows;
}

/** Found by their unique key: the optimizer might go through all that is due instead, and lock it. */
async function lockNamed(
  connection: PoolConnection,
  kind: WorkKind,
  subjects: readonly Buffer[],
  limit: number,
): Promise<RowDataPacket[]> {
  if (subjects.length === 0) return [];
  const [rows] = await connection.query<RowDataPacket[]>(
    `${selectWork} FORCE INDEX (kind) WHERE kind = ? AND subject IN (?) AND run_after <= NOW(3) LIMIT ? FOR UPDATE SKIP LOCKED`,
    [kind, subjects, limit],
  );
  return rows;
}

/** Ends the work, in the transaction that writes its result. False: the lease was lost; roll back, the result is void. */
export async function settleWork(connection: PoolConnection | Pool, work: Work): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>('DELETE FROM work WHERE id = ? AND claim = ?', [
    work.id,
    work.claim,
  ]);
  return result.affectedRows === 1;
}

/**
 * Puts the work back for later. The fencing token moves on, so that a renewal under way does not bring back the lease in
 * the place of the delay. False: the lease was lost before.
 */
export async function postponeWork(
  connection: PoolConnection | Pool,
  work: Work,
  delayMs: number,
  failure: Failure,
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE work SET run_after = NOW(3) + INTERVAL ? MICROSECOND, last_error = ?, claim = claim + 1
      WHERE id = ? AND claim = ?`,
    [Math.round(delayMs * 1000), JSON.stringify(failure), work.id, work.claim],
  );
  return result.affectedRows === 1;
}

/** The same for work that is never given up: its attempts begin anew, as if it had not been tried. */
export async function restartWork(connection: PoolConnection | Pool, work: Work, delayMs: number): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE work SET run_after = NOW(3) + INTERVAL ? MICROSECOND, last_error = NULL, attempts = 0, claim = claim + 1
      WHERE id = ? AND claim = ?`,
    [Math.round(delayMs * 1000), work.id, work.claim],
  );
  return result.affectedRows === 1;
}
