import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { interactionStatuses, type RecordingState } from '../../shared/interaction.ts';
import type { Scalar } from '../../shared/quality.ts';
import { transaction } from '../database.ts';
import type { Measurement } from './measurements.ts';
import type { Work } from './work.ts';
import type { Claim } from './workers.ts';

/** An interaction as its analysis needs it. */
export interface AnalysisSubject {
  id: Buffer;
  accountId: number;
  /** The connector that brought it. */
  connectorId: number;
  externalId: string;
  channelType: string;
  source: string | null;
  language: string | null;
  audioFormat: string | null;
  piiRedacted: boolean;
  startTime: Date | null;
  occurredAt: Date;
  durationSeconds: number | null;
  transcriptText: string | null;
  /** Why the transcript that the row named is not here. */
  transcriptFailure: Failure | undefined;
  metadata: Record<string, Scalar>;
  /** Where its account wants to hear of it. */
  callbackUrl: string | null;
  /** The execution that brought it; zeros where none did. */
  executionId: Buffer;
}

export interface StoredRecording {
  position: number;
  state: RecordingState;
  storageKey: string | null;
  /** Hex. */
  sha256: string | null;
  failure: Failure | undefined;
}

/** What there is to analyse of an interaction. */
export interface AnalysisMaterial {
  subject: AnalysisSubject;
  /** In the order in which its row named them. */
  recordings: StoredRecording[];
  /** What was measured before, on whatever its recording was then. */
  measurement: Measurement | undefined;
}

type Wanted = Pick<Work, 'accountId' | 'subject'>;

/** For each piece of work what there is to analyse, in the same order; undefined where the interaction was erased. */
export async function loadMaterial(pool: Pool, list: readonly Wanted[]): Promise<(AnalysisMaterial | undefined)[]> {
  if (list.length === 0) return [];
  const [subjects, heard] = await Promise.all([subjectsOf(pool, list), heardOf(pool, list)]);
  return list.map(({ accountId, subject }) => {
    const key = keyOf(accountId, subject);
    const found = subjects.get(key);
    return found && { subject: found, ...(heard.get(key) ?? { recordings: [], measurement: undefined }) };
  });
}

const noExecution = Buffer.alloc(16);

async function subjectsOf(pool: Pool, list: readonly Wanted[]): Promise<Map<string, AnalysisSubject>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.id, i.account_id, i.connector_id, i.external_id, i.channel_type, i.source, i.language, i.audio_format,
            i.pii_redacted, i.interaction_start_time, i.occurred_at, i.duration_seconds, i.transcript_text,
            i.transcript_failure, i.metadata, i.callback_url, s.execution_id
       FROM interaction i LEFT JOIN source_item s ON s.id = i.source_item_id
      WHERE i.id IN (?) AND i.account_id IN (?)`,
    valuesOf(list),
  );
  return new Map(rows.map((row) => [keyOf(row.account_id, row.id), subjectOf(row)]));
}

function subjectOf(row: RowDataPacket): AnalysisSubject {
  return {
    id: row.id,
    accountId: row.account_id,
    connectorId: row.connector_id,
    externalId: row.external_id.toString('utf8'),
    channelType: row.channel_type,
    source: row.source,
    language: row.language,
    audioFormat: row.audio_format,
    piiRedacted: row.pii_redacted === 1,
    startTime: row.interaction_start_time,
    occurredAt: row.occurred_at,
    durationSeconds: row.duration_seconds,
    transcriptText: row.transcript_text,
    transcriptFailure: row.transcript_failure ? JSON.parse(row.transcript_failure) : undefined,
    metadata: JSON.parse(row.metadata),
    callbackUrl: row.callback_url,
    executionId: row.execution_id ?? noExecution,
  };
}

type Heard = Pick<AnalysisMaterial, 'recordings' | 'measurement'>;

async function heardOf(pool: Pool, list: readonly Wanted[]): Promise<Map<string, Heard>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT r.interaction_id, r.account_id, r.position, r.state, r.storage_key, HEX(r.sha256) AS sha256, r.failure, m.body
       FROM recording r FORCE INDEX (PRIMARY)
       LEFT JOIN measurement m ON m.interaction_id = r.interaction_id AND m.account_id = r.account_id
      WHERE r.interaction_id IN (?) AND r.account_id IN (?)
      ORDER BY r.interaction_id, r.position`,
    valuesOf(list),
  );
  const found = new Map<string, Heard>();
  for (const row of rows) {
    const key = keyOf(row.account_id, row.interaction_id);
    const heard: Heard = found.get(key) ?? { recordings: [], measurement: row.body ? JSON.parse(row.body) : undefined };
    heard.recordings.push(recordingOf(row));
    found.set(key, heard);
  }
  return found;
}

function recordingOf({ position, state, storage_key, sha256, failure }: RowDataPacket): StoredRecording {
  return {
    position,
    state,
    storageKey: storage_key,
    sha256: sha256?.toLowerCase() ?? null,
    failure: failure ? JSON.parse(failure) : undefined,
  };
}

function valuesOf(list: readonly Wanted[]): unknown[] {
  return [list.map(({ subject }) => subject), [...new Set(list.map(({ accountId }) => accountId))]];
}

function keyOf(accountId: number, interactionId: Buffer): string {
  return `${accountId} ${interactionId.toString('hex')}`;
}

/** Who is to hear of an interaction's end; undefined where it was erased. */
export async function findListeners(
  connection: PoolConnection,
  accountId: number,
  id: Buffer,
): Promise<Pick<AnalysisSubject, 'id' | 'externalId' | 'callbackUrl' | 'connectorId'> | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT external_id, callback_url, connector_id FROM interaction WHERE id = ? AND account_id = ?',
    [id, accountId],
  );
  const row = rows[0];
  return (
    row && {
      id,
      externalId: row.external_id.toString('utf8'),
      callbackUrl: row.callback_url,
      connectorId: row.connector_id,
    }
  );
}

/**
 * From queued to processing, those that are not there already. What was taken over stays as it is: it may have ended since,
 * and nobody would end it again.
 */
export async function beginInteractions(pool: Pool, list: readonly Claim[]): Promise<void> {
  if (list.length === 0) return;
  const processing = interactionStatuses.indexOf('processing');
  // The work first, as whoever settles it locks it, too. `id IN` has MariaDB find it by the primary key. The work is among
  // what is set, so that it is locked at every level of isolation; that it stays the same costs no write.
  const sql = `UPDATE work w FORCE INDEX (PRIMARY) STRAIGHT_JOIN interaction i ON i.id = w.subject AND i.account_id = w.account_id
        SET i.status = ?, i.status_modified_at = NOW(3), w.claim = w.claim
      WHERE w.id IN (?) AND (w.id, w.claim) IN (?) AND i.status <> ?`;
  const values = [processing, list.map(({ id }) => id), list.map(({ id, claim }) => [id, claim]), processing];
  // A deadlock with an import that voids some of the work must not fail the whole group: a transaction is tried again.
  await transaction(pool, (connection) => connection.query(sql, values));
}
