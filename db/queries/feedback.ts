import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { type Connection, transaction } from '../database.ts';
import { tellOfWork, type Work } from './work.ts';
import { lockHeld, removeWork } from './work-claim.ts';
import type { Claim } from './workers.ts';

/** A result that a stream's source is to be told of: an analysis's id, or that of an interaction that has none. */
export interface NewFeedback {
  accountId: number;
  connectorId: number;
  subject: Buffer;
}

/**
 * Adds what sources are to be told, in the transaction that writes it. What waits already is taken from whoever is at it:
 * they may have read the result that was there before.
 */
export async function addFeedback(connection: PoolConnection, list: readonly NewFeedback[]): Promise<void> {
  if (list.length === 0) return;
  const rows = list.map(() => "('feedback',?,?,?,NOW(3))").join(',');
  await connection.query(
    `INSERT INTO work (kind, account_id, subject, group_key, run_after) VALUES ${rows}
       ON DUPLICATE KEY UPDATE claim = claim + 1, group_key = VALUES(group_key), run_after = NOW(3)`,
    list.flatMap(({ accountId, subject, connectorId }) => [accountId, subject, connectorId]),
  );
  tellOfWork(
    connection,
    list.map(({ accountId, subject, connectorId: groupKey }) => ({ kind: 'feedback', accountId, subject, groupKey })),
  );
}

/**
 * What was sent, or is not to be sent any more. What another has taken over meanwhile stays his. In a transaction, so that
 * a deadlock with those who claim is tried again: failing here means that all of it is sent twice.
 */
export async function settleFeedback(pool: Pool, list: readonly Work[]): Promise<void> {
  if (list.length === 0) return;
  await transaction(pool, async (connection) => {
    await removeWork(connection, await lockHeld(connection, list));
  });
}

/** A piece that could not be sent, why, and when it is tried again. */
export type PostponedFeedback = Claim & { delayMs: number; failure: Failure };

/** Puts pieces back, each for later. Its attempts begin anew: nothing is given up for having failed often. */
export async function postponeFeedback(pool: Pool, list: readonly PostponedFeedback[]): Promise<void> {
  if (list.length === 0) return;
  const columns = ['id', 'claim', 'delay_us', 'failure'];
  const named = `SELECT ${columns.map((name) => `? AS ${name}`).join(', ')}`;
  const others = list.slice(1).map(() => `SELECT ${columns.map(() => '?').join(', ')}`);
  await transaction(pool, (connection) =>
    connection.query(
      `UPDATE work w JOIN (${[named, ...others].join(' UNION ALL ')}) p ON w.id = p.id AND w.claim = p.claim
        SET w.run_after = NOW(3) + INTERVAL p.delay_us MICROSECOND, w.last_error = p.failure, w.attempts = 0,
            w.claim = w.claim + 1`,
      list.flatMap(({ id, claim, delayMs, failure }) => [
        id,
        claim,
        Math.round(delayMs * 1000),
        JSON.stringify(failure),
      ]),
    ),
  );
}

/** A connector as it is stored, its secrets sealed. */
export interface ConnectorSettings {
  id: number;
  accountId: number;
  name: string;
  type: string;
  /** JSON. */
  config: string;
  sealedSecrets: string | null;
}

/** Those of the connectors that are of these types and were not deleted. */
export async function findConnectorSettings(
  connection: Connection,
  connectorIds: readonly number[],
  types: readonly string[],
): Promise<ConnectorSettings[]> {
  if (connectorIds.length === 0 || types.length === 0) return [];
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id, account_id, name, type, config, sealed_secrets FROM connector WHERE id IN (?) AND type IN (?) AND deleted_at IS NULL',
    [connectorIds, types],
  );
  return rows.map(({ id, account_id: accountId, name, type, config, sealed_secrets: sealedSecrets }) => ({
    ...{ id, accountId, name, type, config, sealedSecrets },
  }));
}
