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
}
