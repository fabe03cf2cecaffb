import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { interactionStatuses } from '../../shared/interaction.ts';
import { transaction } from '../database.ts';
import { requeueInteractions } from './interactions.ts';
import { addWork } from './work.ts';

const retriedAtOnce = 10_000;

const failed = interactionStatuses.indexOf('failed');

/**
 * Puts recordings and transcripts of a connector that failed for one of these codes back to be fetched, with their
 * interactions, and says of how many interactions. Only of those that failed with them: what is analysed without them
 * would be analysed anew, and told of, after each look in vain. The oldest come first; what is left is for the next time.
 */
export function requeueFailedRecordings(
  pool: Pool,
  accountId: number,
  connectorId: number,
  codes: string[],
): Promise<number> {
  return transaction(pool, async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT r.interaction_id FROM recording r JOIN interaction i ON i.id = r.interaction_id AND i.account_id = r.account_id
        WHERE r.account_id = ? AND r.state = 'failed' AND r.connector_id = ? AND JSON_VALUE(r.failure, '$.code') IN (?)
          AND i.status = ?
       UNION
       SELECT t.interaction_id FROM failed_transcript t ${itsInteraction}
        WHERE t.account_id = ? AND t.connector_id = ? AND JSON_VALUE(i.transcript_failure, '$.code') IN (?)
          AND i.status = ?
       ORDER BY interaction_id LIMIT ?`,
      [accountId, connectorId, codes, failed, accountId, connectorId, codes, failed, retriedAtOnce],
    );
    await requeueRecordings(
      connection,
      accountId,
      rows.map((row) => ({ interactionId: row.interaction_id, connectorId })),
    );
    return rows.length;
  });
}

/** A transcript may be asked for again, or another one, since it was noted that it failed. */
export const itsInteraction =
  'JOIN interaction i ON i.id = t.interaction_id AND i.account_id = t.account_id AND i.transcript_failure IS NOT NULL';

/**
 * Puts the failed recordings and the failed transcript of these interactions back to be fetched by their connectors, with
 * the interactions.
 */
export async function requeueRecordings(
  connection: PoolConnection,
  accountId: number,
  owners: readonly { interactionId: Buffer; connectorId: number }[],
): Promise<void> {
  if (owners.length === 0) return;
  const ids = owners.map(({ interactionId }) => interactionId);
  await requeueInteractions(connection, accountId, ids);
  await connection.query(
    `UPDATE recording SET state = 'waiting', failure = NULL, late_since = NULL
      WHERE account_id = ? AND interaction_id IN (?) AND state = 'failed'`,
    [accountId, ids],
  );
  await addWork(
    connection,
    owners.map(({ interactionId, connectorId }) => ({
      ...{ kind: 'record', accountId, subject: interactionId, groupKey: connectorId },
    })),
  );
}
