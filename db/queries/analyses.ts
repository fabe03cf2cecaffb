import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import {
  type InteractionStatus,
  interactionStatuses,
  type RecordingState,
  type UnanalysedReason,
  unanalysedReasons,
} from '../../shared/interaction.ts';
import type { Scalar, ScoreCard } from '../../shared/quality.ts';
import { derivedId, timeMsOf } from '../uuid.ts';

/** An interaction as its analysis needs it. */
export interface AnalysisSubject {
  id: Buffer;
  accountId: number;
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

const noExecution = Buffer.alloc(16);

/** The interaction, or undefined when it is no longer there. */
export async function findSubject(pool: Pool, accountId: number, id: Buffer): Promise<AnalysisSubject | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.external_id, i.channel_type, i.source, i.language, i.audio_format, i.pii_redacted,
            i.interaction_start_time, i.occurred_at, i.duration_seconds, i.transcript_text, i.transcript_failure, i.metadata, i.callback_url,
            s.execution_id
       FROM interaction i LEFT JOIN source_item s ON s.id = i.source_item_id
      WHERE i.id = ? AND i.account_id = ?`,
    [id, accountId],
  );
  const row = rows[0];
  if (!row) return undefined;
  return {
    id,
    accountId,
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

export interface StoredRecording {
  position: number;
  state: RecordingState;
  storageKey: string | null;
  /** Hex. */
  sha256: string | null;
  failure: Failure | undefined;
}

/** The interaction's recordings in the order in which its row named them. */
export async function listStoredRecordings(
  pool: Pool,
  accountId: number,
  interactionId: Buffer,
): Promise<StoredRecording[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT position, state, storage_key, HEX(sha256) AS sha256, failure FROM recording WHERE interaction_id = ? AND account_id = ? ORDER BY position',
    [interactionId, accountId],
  );
  return rows.map((row) => ({
    position: row.position,
    state: row.state,
    storageKey: row.storage_key,
    sha256: row.sha256?.toLowerCase() ?? null,
    failure: row.failure ? JSON.parse(row.failure) : undefined,
  }));
}

/** One profile's result for an interaction: a card, or why there is none. */
export interface AnalysisResult {
  profileId: number;
  profileVersion: number;
  ruleId: number;
  outcome: ScoreCard | Failure;
}

/** The id that an interaction's analysis by a profile gets, known before it is made: it has the interaction's time. */
function newAnalysisId(interactionId: Buffer, profileId: number): Buffer {
  return derivedId(timeMsOf(interactionId), interactionId, ` ${profileId}`);
}

/**
 * Gives the ids of an interaction's analyses by profile: the stored one's own (those made before ids were derived have
 * other ones), else the one that it will get. They hold while the interaction's work is held.
 */
export async function findAnalysisIds(
  connection: PoolConnection,
  interactionId: Buffer,
): Promise<(profileId: number) => Buffer> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT profile_id, id FROM analysis WHERE interaction_id = ?',
    [interactionId],
  );
  const stored = new Map<number, Buffer>(rows.map((row) => [row.profile_id, row.id]));
  return (profileId) => stored.get(profileId) ?? newAnalysisId(interactionId, profileId);
}

/** Writes results; the analysis that is there already (by the same profile) is replaced and keeps its id. */
export async function saveAnalyses(
  connection: PoolConnection,
  subject: AnalysisSubject,
  results: AnalysisResult[],
  completedAt: Date,
): Promise<void> {
  if (results.length === 0) return;
  const rows = results.map((result) => [...headOf(subject, result), ...outcomeOf(result.outcome), completedAt]);
  await connection.query(
    `INSERT INTO analysis (${[...headColumns, ...outcomeColumns].join(', ')}, completed_at) VALUES ?
       ON DUPLICATE KEY UPDATE ${outcomeColumns.map((column) => `${column} = VALUES(${column})`).join(', ')},
         profile_version = VALUES(profile_version), rule_id = VALUES(rule_id), completed_at = VALUES(completed_at)`,
    [rows],
  );
}

const headColumns = [
  'id',
  'account_id',
  'interaction_id',
  'execution_id',
  'occurred_at',
  'profile_id',
  'profile_version',
  'rule_id',
];

function headOf(subject: AnalysisSubject, { profileId, profileVersion, ruleId }: AnalysisResult): unknown[] {
  const { accountId, id, executionId, occurredAt } = subject;
  return [newAnalysisId(id, profileId), accountId, id, executionId, occurredAt, profileId, profileVersion, ruleId];
}

const outcomeColumns = [
  'status',
  'ai_score',
  'final_score',
  'criticality_adjusted_score',
  'max_score',
  'percentage_score',
  'coverage_percent',
  'score_card',
  'failure',
];

function outcomeOf(outcome: ScoreCard | Failure): unknown[] {
  if ('code' in outcome) return ['failed', null, null, null, null, null, null, null, JSON.stringify(outcome)];
  return [
    'completed',
    outcome.ai_score,
    outcome.final_score,
    outcome.criticality_adjusted_score,
    outcome.max_score,
    outcome.percentage_score,
    outcome.coverage_percent,
    JSON.stringify(outcome),
    null,
  ];
}

/** How an interaction's way through the analysis ended. */
export interface InteractionEnd {
  status: Extract<InteractionStatus, 'completed' | 'failed'>;
  failure?: Failure | undefined;
  unanalysedReason?: UnanalysedReason | undefined;
  /** Kept only where the row brought no duration. */
  measuredSeconds?: number | undefined;
}

export async function endInteraction(
  connection: PoolConnection,
  accountId: number,
  id: Buffer,
  { status, failure, unanalysedReason, measuredSeconds }: InteractionEnd,
): Promise<void> {
  await connection.query(
    `UPDATE interaction SET status = ?, failure = ?, unanalysed_reason = ?,
            duration_seconds = COALESCE(duration_seconds, ?), status_modified_at = NOW(3)
      WHERE id = ? AND account_id = ?`,
    [
      interactionStatuses.indexOf(status),
      failure ? JSON.stringify(failure) : null,
      unanalysedReason ? unanalysedReasons.indexOf(unanalysedReason) : null,
      measuredSeconds === undefined ? null : Math.round(measuredSeconds),
      id,
      accountId,
    ],
  );
}

/** How an interaction is named to its account's server, and where; undefined where that was not asked for. */
export async function findCallback(
  connection: PoolConnection,
  accountId: number,
  id: Buffer,
): Promise<{ id: Buffer; externalId: string; callbackUrl: string } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT external_id, callback_url FROM interaction WHERE id = ? AND account_id = ? AND callback_url IS NOT NULL',
    [id, accountId],
  );
  const row = rows[0];
  return row && { id, externalId: row.external_id.toString('utf8'), callbackUrl: row.callback_url };
}

/** From queued to processing, where it is not there already. */
export async function beginInteraction(pool: Pool, accountId: number, id: Buffer): Promise<void> {
  const processing = interactionStatuses.indexOf('processing');
  await pool.query(
    'UPDATE interaction SET status = ?, status_modified_at = NOW(3) WHERE id = ? AND account_id = ? AND status <> ?',
    [processing, id, accountId, processing],
  );
}
