import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { AnalysisStatus } from '../../shared/interaction.ts';
import type { FilterGroup, Scalar, ScoreCard } from '../../shared/quality.ts';
import { uuidText } from '../uuid.ts';
import { candidatesOf } from './api-candidates.ts';
import { metadataGroupCondition } from './api-metadata-filter.ts';
import type { Page } from './api-page.ts';
import { type ProfileName, profileNames } from './profile-names.ts';
import { allOf, type Condition } from './scope.ts';

const comparisons = {
  greater_than: '>',
  less_than: '<',
  greater_than_or_equal: '>=',
  less_than_or_equal: '<=',
  equals: '=',
} as const;
export type ScoreOperator = keyof typeof comparisons;

export interface AnalysisSearch {
  /** `occurred_at` from `from` on and before `to`. */
  from: Date;
  to: Date;
  /** On the final score. */
  scores: { operator: ScoreOperator; value: number }[];
  profileUid?: Buffer | undefined;
  /** OR of ANDs; empty: everything. */
  metadata: FilterGroup;
}

/** Scores are points. */
export interface FoundAnalysis {
  id: string;
  interactionId: string;
  externalId: string;
  profileId: string;
  profileName: string;
  status: AnalysisStatus;
  aiScore: number | null;
  qaScore: number | null;
  finalScore: number | null;
  criticalityAdjustedScore: number | null;
  metadata: Record<string, Scalar>;
  createdAt: Date;
}

export interface AnalysisDetails extends FoundAnalysis {
  maxScore: number | null;
  completedAt: Date | null;
  /** Why it failed, in words. */
  failure: string | undefined;
  scoreCard: ScoreCard | undefined;
}

/** A page of the account's analyses, those of the newest conversations first, and how many fit altogether. */
export async function searchAnalyses(
  pool: Pool,
  accountId: number,
  search: AnalysisSearch,
  page: Page,
): Promise<{ rows: FoundAnalysis[]; total: number }> {
  const condition = await conditionOf(pool, accountId, search);
  if (!condition) return { rows: [], total: 0 };
  const source = sourceOf(search, await candidatesOf(pool, accountId, search.metadata, search));
  const [found] = await pool.query<RowDataPacket[]>(
    `SELECT ${source.hint} a.id FROM ${source.tables} WHERE ${condition.sql} ORDER BY a.occurred_at DESC, a.id DESC LIMIT ? OFFSET ?`,
    [...source.values, ...condition.values, page.limit, page.offset],
  );
  const rows = await readFound(
    pool,
    accountId,
    found.map(({ id }) => id),
  );
  // A page that is neither empty nor full ends the list.
  if (found.length > 0 && found.length < page.limit) return { rows, total: page.offset + found.length };
  return { rows, total: await count(pool, source, condition) };
}

interface Source {
  hint: string;
  tables: string;
  values: unknown[];
}

/**
 * From an index that has the order and all that an analysis is chosen by, so that a page sorts nothing and a count reads
 * no score card; interactions only where they are asked about. Where the attributes tell which may fit, from those.
 */
function sourceOf({ scores, profileUid, metadata }: AnalysisSearch, candidates: Condition | undefined): Source {
  if (candidates)
    return {
      hint: 'STRAIGHT_JOIN',
      tables: `(${candidates.sql}) c JOIN analysis a FORCE INDEX (interaction_id) ON a.interaction_id = c.interaction_id
        JOIN interaction i ON i.id = a.interaction_id`,
      values: candidates.values,
    };
  const isByTimeAlone = scores.length === 0 && !profileUid && metadata.length === 0;
  const analyses = `analysis a FORCE INDEX (${isByTimeAlone ? 'by_time' : 'by_result'})`;
  return metadata.length === 0
    ? { hint: '', tables: analyses, values: [] }
    : { hint: 'STRAIGHT_JOIN', tables: `${analyses} JOIN interaction i ON i.id = a.interaction_id`, values: [] };
}

async function count(pool: Pool, { hint, tables, values: first }: Source, { sql, values }: Condition): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(`SELECT ${hint} COUNT(*) AS n FROM ${tables} WHERE ${sql}`, [
    ...first,
    ...values,
  ]);
  return rows[0]?.n ?? 0;
}

/** Undefined where nothing can fit: the account never had such a profile. */
async function conditionOf(
  pool: Pool,
  accountId: number,
  { from, to, scores, profileUid, metadata }: AnalysisSearch,
): Promise<Condition | undefined> {
  const profileId = profileUid && (await findProfileIdByUid(pool, accountId, profileUid));
  if (profileUid && profileId === undefined) return undefined;
  return allOf([
    {
      sql: 'a.account_id = ? AND a.occurred_at >= ? AND a.occurred_at < ?',
      values: [accountId, from, to],
    },
    profileId === undefined ? undefined : { sql: 'a.profile_id = ?', values: [profileId] },
    ...scores.map(({ operator, value }) => ({
      sql: `COALESCE(a.qa_score, a.final_score) ${comparisons[operator]} ?`,
      values: [value],
    })),
    metadataGroupCondition(metadata),
  ]);
}

async function findProfileIdByUid(pool: Pool, accountId: number, uid: Buffer): Promise<number | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT id FROM quality_profile WHERE account_id = ? AND uid = ?', [
    accountId,
    uid,
  ]);
  return rows[0]?.id;
}

const listColumns = `a.id, a.interaction_id, i.external_id, a.profile_id, a.status, a.ai_score, a.qa_score, a.final_score,
  a.criticality_adjusted_score, i.metadata, a.created_at`;

async function readFound(pool: Pool, accountId: number, ids: Buffer[]): Promise<FoundAnalysis[]> {
  if (ids.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${listColumns} FROM analysis a JOIN interaction i ON i.id = a.interaction_id
      WHERE a.id IN (?) AND a.account_id = ?`,
    [ids, accountId],
  );
  const profiles = await profileNames(pool, accountId);
  const found = new Map(rows.map((row) => [uuidText(row.id), foundAnalysis(row, profiles)]));
  return ids.flatMap((id) => found.get(uuidText(id)) ?? []);
}

/** The account's analysis with its score card, or undefined. */
export async function findAnalysis(pool: Pool, accountId: number, id: Buffer): Promise<AnalysisDetails | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${listColumns}, a.max_score, a.completed_at, a.failure, a.score_card
       FROM analysis a JOIN interaction i ON i.id = a.interaction_id WHERE a.id = ? AND a.account_id = ?`,
    [id, accountId],
  );
  const row = rows[0];
  if (!row) return undefined;
  return {
    ...foundAnalysis(row, await profileNames(pool, accountId)),
    maxScore: row.max_score,
    completedAt: row.completed_at,
    failure: row.failure ? JSON.parse(row.failure).message : undefined,
    scoreCard: row.score_card ? JSON.parse(row.score_card) : undefined,
  };
}

function foundAnalysis(row: RowDataPacket, profiles: Map<number, ProfileName>): FoundAnalysis {
  const profile = profiles.get(row.profile_id);
  if (!profile) throw new Error('an analysis without its quality profile');
  return {
    id: uuidText(row.id),
    interactionId: uuidText(row.interaction_id),
    externalId: row.external_id.toString('utf8'),
    profileId: uuidText(profile.uid),
    profileName: profile.name,
    status: row.status,
    aiScore: row.ai_score,
    qaScore: row.qa_score,
    finalScore: row.qa_score ?? row.final_score,
    criticalityAdjustedScore: row.criticality_adjusted_score,
    metadata: JSON.parse(row.metadata),
    createdAt: row.created_at,
  };
}
