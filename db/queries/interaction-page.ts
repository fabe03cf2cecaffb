import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError, type Failure } from '../../shared/error.ts';
import {
  type AnalysisStatus,
  type InteractionStatus,
  interactionStatuses,
  type RecordingState,
  type UnanalysedReason,
  unanalysedReasons,
} from '../../shared/interaction.ts';
import type { AudioFacts, Measures } from '../../shared/measures.ts';
import type { Scalar, ScoreCard } from '../../shared/quality.ts';
import { uuidText } from '../uuid.ts';
import { ingressConnectorId } from './interactions.ts';
import { findMeasurement } from './measurements.ts';
import { allOf, type Scope, scopeCondition } from './scope.ts';

/** Where an interaction came from. Empty text stands for what no execution brought or is no longer there. */
export interface Origin {
  connector: string;
  execution_id: string;
  job: string;
  /** The source item's key: the file's path. */
  file: string;
  line: number;
  /** Where it came over the Standard API, and not from a connector. */
  api: ApiOrigin | null;
}

/** The batch or file job that brought it (`line` is its place there); null where it came alone. */
export interface ApiOrigin {
  job: { id: string; type: 'batch' | 'file' } | null;
}

export interface ShownRecording {
  position: number;
  state: RecordingState;
  reference: string;
  byte_size: number | null;
  /** Hex. */
  sha256: string | null;
  facts: AudioFacts | null;
  failure: Failure | null;
  fetched_at: string | null;
}

export interface ShownAnalysis {
  analysis_id: string;
  profile_id: string;
  quality_profile: string;
  profile_version: number;
  rule_name: string | null;
  status: AnalysisStatus;
  qa_score: number | null;
  final_score: number | null;
  failure: Failure | null;
  completed_at: string | null;
  score_card: ScoreCard | null;
}

/** Everything about one interaction but its transcript's turns, which the analysis step's parser reads from the text. */
export interface InteractionPage {
  interaction_id: string;
  external_interaction_id: string;
  channel_type: string;
  source: string | null;
  language: string | null;
  status: InteractionStatus;
  status_modified_at: string;
  unanalysed_reason: UnanalysedReason | null;
  failure: Failure | null;
  interaction_start_time: string | null;
  occurred_at: string;
  created_at: string;
  duration_seconds: number | null;
  pii_redacted: boolean;
  transcript_text: string | null;
  /** Why the transcript that the row named by its URL is not here. */
  transcript_failure: Failure | null;
  metadata: Record<string, Scalar>;
  recordings: ShownRecording[];
  /** With the player's lanes, and which recording they are of. */
  measures: Measures | null;
  measured_position: number | null;
  analyses: ShownAnalysis[];
  origin: Origin;
}

/** One interaction's page. Throws `not_found` when it is not there or not for this user: the two look the same. */
export async function readInteractionPage(
  pool: Pool,
  accountId: number,
  scope: Scope,
  id: Buffer,
): Promise<InteractionPage> {
  const row = await findRow(pool, accountId, scope, id);
  const measurement = await findMeasurement(pool, accountId, row.id);
  return {
    ...fieldsOf(row),
    recordings: await recordingsOf(pool, accountId, row.id),
    measures: measurement?.measures ?? null,
    measured_position: measurement?.position ?? null,
    analyses: await analysesOf(pool, accountId, row.id),
    origin: originOf(row),
  };
}

async function findRow(pool: Pool, accountId: number, scope: Scope, id: Buffer): Promise<RowDataPacket> {
  const where = allOf([{ sql: 'i.id = ? AND i.account_id = ?', values: [id, accountId] }, scopeCondition(scope)]);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.*, c.name AS connector_name, s.item_key, s.execution_id, e.job_name,
            j.id AS ingress_job_id, j.type AS ingress_job_type
       FROM interaction i
       LEFT JOIN source_item s ON s.id = i.source_item_id
       LEFT JOIN execution e ON e.id = s.execution_id
       LEFT JOIN ingress_job j ON j.id = s.execution_id AND j.account_id = i.account_id
       LEFT JOIN connector c ON c.id = i.connector_id
      WHERE ${where.sql}`,
    where.values,
  );
  if (!rows[0]) throw notFound();
  return rows[0];
}

function notFound(): AppError {
  return new AppError('not_found', 'There is no such interaction, or it is not among those that you may see.');
}

function fieldsOf(row: RowDataPacket) {
  return {
    interaction_id: uuidText(row.id),
    external_interaction_id: row.external_id.toString('utf8') as string,
    channel_type: row.channel_type as string,
    source: row.source as string | null,
    language: row.language as string | null,
    status: interactionStatuses[row.status] as InteractionStatus,
    status_modified_at: row.status_modified_at.toISOString() as string,
    unanalysed_reason: row.unanalysed_reason === null ? null : (unanalysedReasons[row.unanalysed_reason] ?? null),
    failure: parsed<Failure>(row.failure),
    interaction_start_time: instant(row.interaction_start_time),
    occurred_at: row.occurred_at.toISOString() as string,
    created_at: row.created_at.toISOString() as string,
    duration_seconds: row.duration_seconds as number | null,
    pii_redacted: row.pii_redacted === 1,
    transcript_text: row.transcript_text as string | null,
    transcript_failure: parsed<Failure>(row.transcript_failure),
    metadata: JSON.parse(row.metadata) as Record<string, Scalar>,
  };
}

function originOf(row: RowDataPacket): Origin {
  const api = apiOriginOf(row);
  if (api) return { connector: '', execution_id: '', job: '', file: '', line: row.source_line, api };
  return {
    connector: row.connector_name ?? '',
    execution_id: row.execution_id ? uuidText(row.execution_id) : '',
    job: row.job_name ?? '',
    file: row.item_key?.toString('utf8') ?? '',
    line: row.source_line,
    api: null,
  };
}

function apiOriginOf(row: RowDataPacket): ApiOrigin | null {
  if (row.connector_id !== ingressConnectorId) return null;
  if (row.ingress_job_id) return { job: { id: uuidText(row.ingress_job_id), type: row.ingress_job_type } };
  return row.source_item_id === 0 ? { job: null } : null;
}

async function recordingsOf(pool: Pool, accountId: number, interactionId: Buffer): Promise<ShownRecording[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT position, state, reference, byte_size, HEX(sha256) AS sha256, facts, failure, fetched_at FROM recording WHERE interaction_id = ? AND account_id = ? ORDER BY position',
    [interactionId, accountId],
  );
  return rows.map((row) => ({
    position: row.position,
    state: row.state,
    reference: row.reference,
    byte_size: row.byte_size,
    sha256: row.sha256?.toLowerCase() ?? null,
    facts: parsed<AudioFacts>(row.facts),
    failure: parsed<Failure>(row.failure),
    fetched_at: instant(row.fetched_at),
  }));
}

async function analysesOf(pool: Pool, accountId: number, interactionId: Buffer): Promise<ShownAnalysis[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT a.*, p.uid AS profile_uid, p.name AS profile_name, r.name AS rule_name
       FROM analysis a JOIN quality_profile p ON p.id = a.profile_id LEFT JOIN assignment_rule r ON r.id = a.rule_id
      WHERE a.interaction_id = ? AND a.account_id = ? ORDER BY p.name`,
    [interactionId, accountId],
  );
  return rows.map((row) => ({
    analysis_id: uuidText(row.id),
    profile_id: uuidText(row.profile_uid),
    quality_profile: row.profile_name,
    profile_version: row.profile_version,
    rule_name: row.rule_name,
    status: row.status,
    qa_score: row.qa_score,
    final_score: row.final_score,
    failure: parsed<Failure>(row.failure),
    completed_at: instant(row.completed_at),
    score_card: parsed<ScoreCard>(row.score_card),
  }));
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T);
}

function instant(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
