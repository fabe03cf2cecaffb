import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { transaction } from '../database.ts';
import { requeueInteractions } from './interactions.ts';
import { requeueRecordings } from './recordings.ts';
import { zeroes } from './source-items.ts';
import type { ItemPlace } from './source-ledger.ts';
import { addWork } from './work.ts';

/**
 * Gives what these executions could not read, or did not get to, to their retry, to be read from the beginning, and says how
 * many items are at another place than the connector reads now: those stay as they are. What the retry has already, an
 * attempt of it goes on with. A backfill's items are known by a mark of their execution, which follows.
 */
export async function takeFailedItems(
  connection: PoolConnection,
  { accountId, connectorId, locationHash }: ItemPlace,
  { from, to }: { from: readonly Buffer[]; to: Buffer },
): Promise<{ elsewhere: number }> {
  await connection.query(
    "UPDATE source_item SET state = 'ready', error = NULL WHERE execution_id = ? AND account_id = ? AND state IN ('reading', 'failed')",
    [to, accountId],
  );
  for (const id of from)
    await connection.query(
      `UPDATE source_item SET state = 'ready', error = NULL, claim = 0, ${zeroes}, execution_id = ?,
          version = IF(RIGHT(version, 9) = ?, CONCAT(LEFT(version, CHAR_LENGTH(version) - 9), ?), version)
        WHERE execution_id = ? AND account_id = ? AND state IN ('failed', 'ready', 'reading')
          AND connector_id = ? AND location_hash = ?`,
      [to, markOf(id), markOf(to), id, accountId, connectorId, locationHash],
    );
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM source_item
      WHERE execution_id IN (?) AND account_id = ? AND state IN ('failed', 'ready', 'reading')`,
    [from, accountId],
  );
  return { elsewhere: rows[0]?.n ?? 0 };
}

/** As `ledgerVersionFor` marks what a backfill reads. */
function markOf(executionId: Buffer): string {
  return `@${executionId.toString('hex').slice(-8)}`;
}

const requeuedAtOnce = 2_000;

/**
 * Puts the recordings that failed among these executions' interactions back to be fetched, whatever they failed for, some
 * thousands at once, and says of how many interactions. 0: none is left.
 */
export function requeueRecordingsOf(pool: Pool, accountId: number, executionIds: readonly Buffer[]): Promise<number> {
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT interaction_id, MIN(connector_id) AS connector_id FROM recording
        WHERE execution_id IN (?) AND state = 'failed' AND account_id = ? GROUP BY interaction_id LIMIT ?`,
      [executionIds, accountId, requeuedAtOnce],
    );
    await requeueRecordings(
      connection,
      accountId,
      rows.map((row) => ({ interactionId: row.interaction_id, connectorId: row.connector_id })),
    );
    return rows.length;
  });
}

/**
 * Puts interactions of these executions that have a failed analysis back to be analysed, some thousands at once, after
 * the analysis with the id `after`. Those that wait already, for their recording or for an analysis, are left.
 */
export function requeueAnalysesOf(
  pool: Pool,
  accountId: number,
  executionIds: readonly Buffer[],
  after: Buffer,
): Promise<{ interactions: number; last: Buffer | undefined }> {
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT a.id, a.interaction_id,
          EXISTS (SELECT 1 FROM work w WHERE w.kind IN ('record', 'analyse') AND w.subject = a.interaction_id) AS waits
         FROM analysis a
        WHERE a.execution_id IN (?) AND a.status = 'failed' AND a.account_id = ? AND a.id > ? ORDER BY a.id LIMIT ?`,
      [executionIds, accountId, after, requeuedAtOnce],
    );
    const idle = rows.filter(({ waits }) => waits === 0);
    const ids = [...new Map(idle.map((row) => [row.interaction_id.toString('hex'), row.interaction_id])).values()];
    await requeueInteractions(connection, accountId, ids);
    await addWork(
      connection,
      ids.map((subject) => ({ kind: 'analyse' as const, accountId, subject })),
    );
    return { interactions: ids.length, last: rows.at(-1)?.id };
  });
}
