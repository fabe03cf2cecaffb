import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { isDuplicateKey } from '../database.ts';
import { removeInPieces } from './remove-in-pieces.ts';

export interface KeyOfCall {
  accountId: number;
  key: string;
}

/** What is known of a call's Idempotency-Key. */
export type Claim =
  /** It is ours now. `resumedFrom`: when a call began that never ended. */
  | { state: 'ours'; resumedFrom?: Date }
  /** `fingerprint`: of the call that had the answer; whether this is the same call is for the caller to compare. */
  | { state: 'answered'; status: number; answer: string; fingerprint: Buffer }
  | { state: 'under way'; secondsLeft: number }
  | { state: 'other call' };

const hoursKept = 24;

/**
 * Takes a key for a call, for `lockSeconds` unless that is renewed. Of calls at the same moment one gets it. The
 * database's clock alone counts.
 */
export async function claimKey(
  pool: Pool,
  call: KeyOfCall,
  { fingerprint, lockSeconds }: { fingerprint: Buffer; lockSeconds: number },
): Promise<Claim> {
  for (;;) {
    if (await insertKey(pool, call, fingerprint, lockSeconds)) return { state: 'ours' };
    const row = await selectKey(pool, call);
    if (!row) continue;
    if (row.is_old === 1) await removeOld(pool, call);
    else if (row.status !== null)
      return { state: 'answered', status: row.status, answer: row.answer, fingerprint: row.fingerprint };
    else if (!row.fingerprint.equals(fingerprint)) return { state: 'other call' };
    else if (row.seconds_left > 0) return { state: 'under way', secondsLeft: row.seconds_left };
    else if (await takeOver(pool, call, lockSeconds)) return { state: 'ours', resumedFrom: row.created_at };
  }
}

async function insertKey(
  pool: Pool,
  { accountId, key }: KeyOfCall,
  fingerprint: Buffer,
  lockSeconds: number,
): Promise<boolean> {
  try {
    await pool.query(
      `INSERT INTO idempotency_key (account_id, idempotency_key, fingerprint, locked_until, created_at)
       VALUES (?, ?, ?, NOW(3) + INTERVAL ? SECOND, NOW(3))`,
      [accountId, Buffer.from(key), fingerprint, lockSeconds],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

async function selectKey(pool: Pool, { accountId, key }: KeyOfCall): Promise<RowDataPacket | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT fingerprint, status, answer, created_at, created_at < NOW(3) - INTERVAL ? HOUR AS is_old,
       CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), locked_until) / 1000000) AS seconds_left
     FROM idempotency_key WHERE account_id = ? AND idempotency_key = ?`,
    [hoursKept, accountId, Buffer.from(key)],
  );
  return rows[0];
}

async function removeOld(pool: Pool, { accountId, key }: KeyOfCall): Promise<void> {
  await pool.query(
    'DELETE FROM idempotency_key WHERE account_id = ? AND idempotency_key = ? AND created_at < NOW(3) - INTERVAL ? HOUR',
    [accountId, Buffer.from(key), hoursKept],
  );
}

async function takeOver(pool: Pool, { accountId, key }: KeyOfCall, lockSeconds: number): Promise<boolean> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE idempotency_key SET locked_until = NOW(3) + INTERVAL ? SECOND
     WHERE account_id = ? AND idempotency_key = ? AND status IS NULL AND locked_until <= NOW(3)`,
    [lockSeconds, accountId, Buffer.from(key)],
  );
  return result.affectedRows === 1;
}

/** A call that goes on for long keeps its key. */
export async function renewKey(pool: Pool, { accountId, key }: KeyOfCall, lockSeconds: number): Promise<void> {
  await pool.query(
    `UPDATE idempotency_key SET locked_until = NOW(3) + INTERVAL ? SECOND
     WHERE account_id = ? AND idempotency_key = ? AND status IS NULL`,
    [lockSeconds, accountId, Buffer.from(key)],
  );
}

/** Keeps the answer for whoever sends the call again. An answer that is there already stays. */
export async function settleKey(
  pool: Pool,
  { accountId, key }: KeyOfCall,
  { status, answer, fingerprint }: { status: number; answer: string; fingerprint: Buffer },
): Promise<void> {
  await pool.query(
    `UPDATE idempotency_key SET status = ?, answer = ?, fingerprint = ?
     WHERE account_id = ? AND idempotency_key = ? AND status IS NULL`,
    [status, answer, fingerprint, accountId, Buffer.from(key)],
  );
}

/** The call came to nothing: the next one with this key is a new one. */
export async function releaseKey(pool: Pool, { accountId, key }: KeyOfCall): Promise<void> {
  await pool.query('DELETE FROM idempotency_key WHERE account_id = ? AND idempotency_key = ? AND status IS NULL', [
    accountId,
    Buffer.from(key),
  ]);
}

/** Removes the keys whose time is over; gives how many there were. */
export function removeOldKeys(pool: Pool): Promise<number> {
  return removeInPieces(pool, 'DELETE FROM idempotency_key WHERE created_at < NOW(3) - INTERVAL ? HOUR', [hoursKept]);
}
