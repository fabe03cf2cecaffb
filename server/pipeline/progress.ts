import type { Pool, RowDataPacket } from 'mysql2/promise';
import { interactionStatuses } from '../../shared/interaction.ts';
import type { Services } from '../services.ts';

export interface AnalysisProgress {
  /** Analyses that have a score card. */
  completed: number;
  /** Analyses that failed, and interactions that failed before they had any (their recording never came). */
  failed: number;
  /** Interactions that are still to be fetched or analysed. 0: nothing waits and nobody works. */
  queued: number;
  /** Interactions whose recording or transcript is not there yet: it is asked for again after minutes and hours, for a day. */
  late: number;
}

/** How far an account's interactions have come after their import. */
export async function analysisProgress(services: Services, accountId: number): Promise<AnalysisProgress> {
  const { pool } = services.database;
  // Work first: whatever is settled between the queries is then counted as waiting once more, never missed.
  const { queued, late } = await countQueued(pool, accountId);
  const analyses = await countAnalyses(pool, accountId);
  const unheard = await countFailedBefore(pool, accountId);
  return { completed: analyses.completed, failed: analyses.failed + unheard, queued, late };
}

const lateRecording = `(SELECT 1 FROM recording r WHERE r.interaction_id = w.subject AND r.account_id = w.account_id
  AND r.state = 'waiting' AND r.late_since IS NOT NULL)`;
const lateTranscript = `(SELECT 1 FROM interaction i WHERE i.id = w.subject AND i.account_id = w.account_id
  AND i.transcript_text IS NULL AND i.transcript_failure IS NULL AND i.transcript_late_since IS NOT NULL)`;

/** What is late is no work at hand: nobody could wait for it. */
async function countQueued(pool: Pool, accountId: number): Promise<{ queued: number; late: number }> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(DISTINCT w.subject) AS n,
            COUNT(DISTINCT IF(w.kind = 'record' AND w.run_after > NOW(3)
              AND (EXISTS ${lateRecording} OR EXISTS ${lateTranscript}), w.subject, NULL)) AS late
       FROM work w WHERE w.account_id = ? AND w.kind IN ('record', 'analyse')`,
    [accountId],
  );
  const late: number = rows[0]?.late ?? 0;
  return { queued: (rows[0]?.n ?? 0) - late, late };
}

async function countAnalyses(pool: Pool, accountId: number): Promise<{ completed: number; failed: number }> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT status, COUNT(*) AS n FROM analysis WHERE account_id = ? GROUP BY status',
    [accountId],
  );
  const of = (status: string): number => rows.find((row) => row.status === status)?.n ?? 0;
  return { completed: of('completed'), failed: of('failed') };
}

async function countFailedBefore(pool: Pool, accountId: number): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM interaction i
      WHERE i.account_id = ? AND i.status = ? AND NOT EXISTS (SELECT 1 FROM analysis a WHERE a.interaction_id = i.id)`,
    [accountId, interactionStatuses.indexOf('failed')],
  );
  return rows[0]?.n ?? 0;
}
