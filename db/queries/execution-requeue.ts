import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { transaction } from '../database.ts';
import { requeueInteractions } from './interactions.ts';
import { itsInteraction, requeueRecordings } from './recording-requeue.ts';
import { zeroes } from './source-items.ts';
import type { ItemPlace } from './source-ledger.ts';
import { addWork, type NewWork } from './work.ts';

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

/** Some of what is put back. */
export interface Requeued {
  interactions: number;
  /** Behind which the next begin; undefined: nothing is left. */
  last: Buffer | undefined;
}

/**
 * Puts the recordings and transcripts that failed among these executions' interactions back to be fetched, whatever they
 * failed for, of some thousands of interactions at once, after the interaction `after`.
 */
export function requeueRecordingsOf(
  pool: Pool,
  accountId: number,
  executionIds: readonly Buffer[],
  after: Buffer,
): Promise<Requeued> {
  const values = [executionIds, accountId, after, requeuedAtOnce];
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT interaction_id, MIN(connector_id) AS connector_id FROM (
         (SELECT interaction_id, MIN(connector_id) AS connector_id FROM recording
           WHERE execution_id IN (?) AND state = 'failed' AND account_id = ? AND interaction_id > ?
           GROUP BY interaction_id ORDER BY interaction_id LIMIT ?)
         UNION ALL
         (SELECT t.interaction_id, t.connector_id FROM failed_transcript t ${itsInteraction}
           WHERE t.execution_id IN (?) AND t.account_id = ? AND t.interaction_id > ?
           ORDER BY t.interaction_id LIMIT ?)
       ) failed GROUP BY interaction_id ORDER BY interaction_id LIMIT ?`,
      [...values, ...values, requeuedAtOnce],
    );
    await requeueRecordings(
      connection,
      accountId,
      rows.map((row) => ({ interactionId: row.interaction_id, connectorId: row.connector_id })),
    );
    return { interactions: rows.length, last: rows.at(-1)?.interaction_id };
  });
}

/**
 * Puts interactions of these executions that have a failed analysis back to be analysed, some thousands at once, after
 * the analysis with the id `after`; those whose transcript is not here, to have it fetched before. Those that wait
 * already, for their recording or for an analysis, are left.
 */
export function requeueAnalysesOf(
  pool: Pool,
  accountId: number,
  executionIds: readonly Buffer[],
  after: Buffer,
): Promise<Requeued> {
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT a.id, a.interaction_id, ${analysedAgain}
         FROM analysis a JOIN interaction i ON i.id = a.interaction_id AND i.account_id = a.account_id
        WHERE a.execution_id IN (?) AND a.status = 'failed' AND a.account_id = ? AND a.id > ? ORDER BY a.id LIMIT ?`,
      [executionIds, accountId, after, requeuedAtOnce],
    );
    return { interactions: await analyseAgain(connection, accountId, rows), last: rows.at(-1)?.id };
  });
}

/** The same of those whose analysis failed before any profile's result, after the interaction `after`. */
export function requeueUnscoredOf(
  pool: Pool,
  accountId: number,
  executionIds: readonly Buffer[],
  after: Buffer,
): Promise<Requeued> {
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT f.interaction_id, ${analysedAgain}
         FROM failed_before_scoring f JOIN interaction i ON i.id = f.interaction_id AND i.account_id = f.account_id
        WHERE f.execution_id IN (?) AND f.account_id = ? AND f.interaction_id > ? ORDER BY f.interaction_id LIMIT ?`,
      [executionIds, accountId, after, requeuedAtOnce],
    );
    return { interactions: await analyseAgain(connection, accountId, rows), last: rows.at(-1)?.interaction_id };
  });
}

/** Of an interaction `i`: what it needs before it is analysed, and whether that is under way already. */
const analysedAgain = `i.connector_id, i.transcript_url IS NOT NULL AND i.transcript_text IS NULL AS lacks_transcript,
  EXISTS (SELECT 1 FROM work w WHERE w.kind IN ('record', 'analyse') AND w.subject = i.id) AS waits`;

/** Says of how many. */
async function analyseAgain(connection: PoolConnection, accountId: number, rows: RowDataPacket[]): Promise<number> {
  const idle = rows.filter(({ waits }) => waits === 0);
  const works = new Map(idle.map((row) => [row.interaction_id.toString('hex'), workOf(accountId, row)]));
  await requeueInteractions(
    connection,
    accountId,
    [...works.values()].map(({ subject }) => subject),
  );
  await addWork(connection, [...works.values()]);
  return works.size;
}

function workOf(accountId: number, row: RowDataPacket): NewWork {
  const subject: Buffer = row.interaction_id;
  if (row.lacks_transcript === 1) return { kind: 'record', accountId, subject, groupKey: row.connector_id };
  return { kind: 'analyse', accountId, subject };
}
