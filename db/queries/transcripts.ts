import type { Pool, PoolConnection } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { Work } from './work.ts';

/** What became of a transcript that a row named by its URL. */
export type TranscriptOutcome = { state: 'here'; text: string } | { state: 'failed'; failure: Failure };

/** Writes the outcome into the interaction, unless the work was taken over or the row names another transcript now. */
export async function writeTranscript(
  connection: Pool | PoolConnection,
  { id, claim, accountId, subject }: Work,
  outcome: TranscriptOutcome,
): Promise<void> {
  const [text, failure] = outcome.state === 'here' ? [outcome.text, null] : [null, JSON.stringify(outcome.failure)];
  await connection.query(
    `UPDATE interaction i JOIN work w ON w.id = ? AND w.claim = ? AND w.subject = i.id
        SET i.transcript_text = ?, i.transcript_failure = ?
      WHERE i.id = ? AND i.account_id = ?`,
    [id, claim, text, failure, subject, accountId],
  );
  if (outcome.state === 'failed') await noteFailed(connection, { accountId, subject });
}

type Owner = Pick<Work, 'accountId' | 'subject'>;

/** So that its execution's retry and its connector's next run find it. */
async function noteFailed(connection: Pool | PoolConnection, { accountId, subject }: Owner): Promise<void> {
  await connection.query(
    `INSERT INTO failed_transcript (interaction_id, account_id, connector_id, execution_id)
     SELECT i.id, i.account_id, i.connector_id, COALESCE(s.execution_id, ?)
       FROM interaction i LEFT JOIN source_item s ON s.id = i.source_item_id AND s.account_id = i.account_id
      WHERE i.id = ? AND i.account_id = ? AND i.transcript_failure IS NOT NULL
     ON DUPLICATE KEY UPDATE connector_id = VALUES(connector_id), execution_id = VALUES(execution_id)`,
    [noExecution, subject, accountId],
  );
}

const noExecution = Buffer.alloc(16);

/** Notes when its source first said that it is not there yet. */
export async function markTranscriptLate(pool: Pool, { accountId, subject }: Owner): Promise<void> {
  await pool.query(
    'UPDATE interaction SET transcript_late_since = COALESCE(transcript_late_since, NOW(3)) WHERE id = ? AND account_id = ?',
    [subject, accountId],
  );
}
