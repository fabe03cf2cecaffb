import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError, type Failure } from '../../shared/error.ts';
import {
  type AnalysisStatus,
  type InteractionStatus,
  interactionStatuses,
  type UnanalysedReason,
  unanalysedReasons,
} from '../../shared/interaction.ts';
import type { Scalar } from '../../shared/quality.ts';
import { parseUuid, uuidText } from '../uuid.ts';
import {
  type AnalysisListFilter,
  analysisConditions,
  interactionConditions,
  wantsAnalysis,
} from './analysis-filter.ts';
import { beyond, type Place, readStretches } from './keyset.ts';
import { type ProfileName, profileNames } from './profile-names.ts';
import { allOf, type Scope, scopeCondition } from './scope.ts';

/** A line of the Analysis List: an interaction and, where it has one, an analysis. */
export interface ListedAnalysis {
  interaction_id: string;
  external_interaction_id: string;
  channel_type: string;
  occurred_at: string;
  duration_seconds: number | null;
  metadata: Record<string, Scalar>;
  interaction_status: InteractionStatus;
  unanalysed_reason: UnanalysedReason | null;
  failure: Failure | null;
  analysis_id: string | null;
  quality_profile: string | null;
  analysis_status: AnalysisStatus | null;
  final_score: number | null;
  max_score: number | null;
  percentage_score: number | null;
  criticality_adjusted_score: number | null;
}

export interface AnalysisPage {
  rows: ListedAnalysis[];
  /** Where the next page begins; null on the last. */
  next_cursor: string | null;
}

/**
 * The account's interactions that the user may see, newest first. An interaction has a line for each of its analyses, or
 * one of its own where it has none (failed, waiting, without a rule). Where a profile or a score is asked for, the lines
 * are the analyses that fit. `limit` counts interactions, or analyses then. Throws `invalid` for a cursor that this list
 * did not make.
 */
export async function readAnalysisPage(
  pool: Pool,
  accountId: number,
  scope: Scope,
  filter: AnalysisListFilter,
): Promise<AnalysisPage> {
  const byAnalysis = wantsAnalysis(filter);
  const found = await readStretches(stretchesOf(filter, byAnalysis), filter.limit + 1, async (stretch, limit) => {
    const { select, where } = byAnalysis
      ? analysisQuery(accountId, scope, filter)
      : interactionQuery(accountId, scope, filter);
    const order = byAnalysis ? 'a.occurred_at DESC, a.id DESC' : 'i.occurred_at DESC, i.id DESC';
    const sql = `${select} WHERE ${where.sql} AND ${stretch.sql} ORDER BY ${order} LIMIT ?`;
    const [rows] = await pool.query<RowDataPacket[]>(sql, [...where.values, ...stretch.values, limit]);
    return rows;
  });
  const page = found.slice(0, filter.limit);
  const last = found.length > filter.limit ? page.at(-1) : undefined;
  const lines = byAnalysis ? page : await withAnalyses(pool, accountId, page);
  const profiles = await profileNames(pool, accountId);
  return {
    rows: lines.map((row) => listed(row, profiles)),
    next_cursor: last ? writeCursor({ at: last.occurred_at, id: last.place_id }) : null,
  };
}

/** One row more than a page is read, to know whether there is another one. */
function stretchesOf({ cursor }: AnalysisListFilter, byAnalysis: boolean) {
  const place = cursor === undefined ? undefined : readCursor(cursor);
  const table = byAnalysis ? 'a' : 'i';
  return beyond(place, { at: `${table}.occurred_at`, id: `${table}.id` }, 'newest_first');
}

const interactionColumns = `i.id, i.external_id, i.channel_type, i.occurred_at, i.duration_seconds, i.metadata, i.status,
  i.unanalysed_reason, i.failure`;

const analysisColumns = `a.id AS analysis_id, a.profile_id, a.status AS analysis_status, a.final_score,
  a.max_score, a.percentage_score, a.criticality_adjusted_score, a.failure AS analysis_failure`;

function interactionQuery(accountId: number, scope: Scope, filter: AnalysisListFilter) {
  return {
    select: `SELECT ${interactionColumns}, i.id AS place_id FROM interaction i`,
    where: allOf([
      { sql: 'i.account_id = ?', values: [accountId] },
      ...interactionConditions('i', filter),
      scopeCondition(scope),
    ]),
  };
}

/** From the analyses' own index: where few of many interactions have one, only those few are looked at. */
function analysisQuery(accountId: number, scope: Scope, filter: AnalysisListFilter) {
  return {
    select: `SELECT STRAIGHT_JOIN ${interactionColumns}, ${analysisColumns}, a.id AS place_id
      FROM analysis a FORCE INDEX (by_time) JOIN interaction i ON i.id = a.interaction_id`,
    where: allOf([
      { sql: 'a.account_id = ?', values: [accountId] },
      ...interactionConditions('a', filter),
      ...analysisConditions(filter),
      scopeCondition(scope),
    ]),
  };
}

/** Each interaction with each of its analyses, or alone. */
async function withAnalyses(pool: Pool, accountId: number, page: RowDataPacket[]): Promise<RowDataPacket[]> {
  if (page.length === 0) return [];
  const [analyses] = await pool.query<RowDataPacket[]>(
    `SELECT a.interaction_id, ${analysisColumns} FROM analysis a
      WHERE a.account_id = ? AND a.interaction_id IN (?) ORDER BY a.id`,
    [accountId, page.map((row) => row.id)],
  );
  return page.flatMap((row) => {
    const own = analyses.filter((analysis) => analysis.interaction_id.equals(row.id));
    return own.length === 0 ? [row] : own.map((analysis) => ({ ...row, ...analysis }));
  });
}

function listed(row: RowDataPacket, profiles: Map<number, ProfileName>): ListedAnalysis {
  return {
    interaction_id: uuidText(row.id),
    external_interaction_id: row.external_id.toString('utf8'),
    channel_type: row.channel_type,
    occurred_at: row.occurred_at.toISOString(),
    duration_seconds: row.duration_seconds,
    metadata: JSON.parse(row.metadata),
    interaction_status: interactionStatuses[row.status] as InteractionStatus,
    unanalysed_reason: row.unanalysed_reason === null ? null : (unanalysedReasons[row.unanalysed_reason] ?? null),
    failure: failureOf(row),
    analysis_id: row.analysis_id ? uuidText(row.analysis_id) : null,
    quality_profile: profiles.get(row.profile_id)?.name ?? null,
    analysis_status: row.analysis_status ?? null,
    final_score: row.final_score ?? null,
    max_score: row.max_score ?? null,
    percentage_score: row.percentage_score ?? null,
    criticality_adjusted_score: row.criticality_adjusted_score ?? null,
  };
}

function failureOf(row: RowDataPacket): Failure | null {
  const failure = row.analysis_failure ?? row.failure;
  return failure ? JSON.parse(failure) : null;
}

function writeCursor({ at, id }: Place): string {
  return `${at.getTime()}.${uuidText(id)}`;
}

function readCursor(cursor: string): Place {
  const [, time, uuid = ''] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? [];
  const id = parseUuid(uuid);
  if (!id) throw new AppError('invalid', 'This place in the list is not known. Start again from its beginning.');
  return { at: new Date(Number(time)), id };
}
