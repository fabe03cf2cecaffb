import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import {
  type InteractionStatus,
  interactionStatuses,
  type UnanalysedReason,
  unanalysedReasons,
} from '../../shared/interaction.ts';
import type { Scalar } from '../../shared/quality.ts';
import { uuidText } from '../uuid.ts';
import type { AnalysisDetails } from './api-analyses.ts';
import type { Work } from './work.ts';

/** An interaction as its source is told of it. */
export interface FeedbackInteraction {
  id: string;
  externalId: string;
  channelType: string;
  startTime: Date | null;
  durationSeconds: number | null;
  status: InteractionStatus;
  failure: Failure | undefined;
  unanalysedReason: UnanalysedReason | undefined;
  metadata: Record<string, Scalar>;
}

/** What a source can be told: of an analysis, or of an interaction alone. */
export interface FeedbackFacts {
  accountUid: string;
  interaction: FeedbackInteraction;
  analysis: FeedbackAnalysis | undefined;
}

export interface FeedbackAnalysis extends AnalysisDetails {
  /** Of what was possible, the categories by their weights. */
  percentageScore: number | null;
}

type Wanted = Pick<Work, 'accountId' | 'subject'>;

/** For each piece of work what it is about, in the same order; undefined where that was erased. */
export async function loadFeedbackFacts(pool: Pool, list: readonly Wanted[]): Promise<(FeedbackFacts | undefined)[]> {
  const found = await analysesOf(pool, list);
  const others = list.filter((wanted) => !found.has(keyOf(wanted.accountId, wanted.subject)));
  for (const [key, facts] of await interactionsOf(pool, others)) found.set(key, facts);
  return list.map(({ accountId, subject }) => found.get(keyOf(accountId, subject)));
}

const interactionColumns = `u.uid AS account_uid, i.id AS interaction_id, i.external_id, i.channel_type, i.interaction_start_time,
  i.duration_seconds, i.status AS interaction_status, i.failure AS interaction_failure, i.unanalysed_reason, i.metadata`;

async function analysesOf(pool: Pool, list: readonly Wanted[]): Promise<Map<string, FeedbackFacts>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT a.id, a.account_id, a.status, a.ai_score, a.qa_score, a.final_score, a.criticality_adjusted_score,
            a.max_score, a.percentage_score, a.score_card, a.failure, a.created_at, a.completed_at, p.uid AS profile_uid,
            p.name AS profile_name, ${interactionColumns}
       FROM analysis a
       JOIN interaction i ON i.id = a.interaction_id
       JOIN quality_profile p ON p.id = a.profile_id
       JOIN account u ON u.id = a.account_id
      WHERE a.id IN (?) AND a.account_id IN (?)`,
    valuesOf(list),
  );
  return new Map(rows.map((row) => [keyOf(row.account_id, row.id), factsOf(row, analysisOf(row))]));
}

async function interactionsOf(pool: Pool, list: readonly Wanted[]): Promise<Map<string, FeedbackFacts>> {
  if (list.length === 0) return new Map();
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.account_id, ${interactionColumns}
       FROM interaction i JOIN account u ON u.id = i.account_id WHERE i.id IN (?) AND i.account_id IN (?)`,
    valuesOf(list),
  );
  return new Map(rows.map((row) => [keyOf(row.account_id, row.interaction_id), factsOf(row, undefined)]));
}

function factsOf(row: RowDataPacket, analysis: FeedbackAnalysis | undefined): FeedbackFacts {
  return {
    accountUid: uuidText(row.account_uid),
    interaction: {
      id: uuidText(row.interaction_id),
      externalId: row.external_id.toString('utf8'),
      channelType: row.channel_type,
      startTime: row.interaction_start_time,
      durationSeconds: row.duration_seconds,
      status: interactionStatuses[row.interaction_status] ?? 'queued',
      failure: row.interaction_failure ? JSON.parse(row.interaction_failure) : undefined,
      unanalysedReason: row.unanalysed_reason === null ? undefined : unanalysedReasons[row.unanalysed_reason],
      metadata: JSON.parse(row.metadata),
    },
    analysis,
  };
}

function analysisOf(row: RowDataPacket): FeedbackAnalysis {
  return {
    id: uuidText(row.id),
    interactionId: uuidText(row.interaction_id),
    externalId: row.external_id.toString('utf8'),
    profileId: uuidText(row.profile_uid),
    profileName: row.profile_name,
    status: row.status,
    aiScore: row.ai_score,
    qaScore: row.qa_score,
    finalScore: row.qa_score ?? row.final_score,
    criticalityAdjustedScore: row.criticality_adjusted_score,
    maxScore: row.max_score,
    percentageScore: row.percentage_score,
    metadata: JSON.parse(row.metadata),
    createdAt: row.created_at,
    completedAt: row.completed_at,
    failure: row.failure ? JSON.parse(row.failure).message : undefined,
    scoreCard: row.score_card ? JSON.parse(row.score_card) : undefined,
  };
}

function valuesOf(list: readonly Wanted[]): unknown[] {
  return [list.map(({ subject }) => subject), [...new Set(list.map(({ accountId }) => accountId))]];
}

function keyOf(accountId: number, id: Buffer): string {
  return `${accountId} ${id.toString('hex')}`;
}
