import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError, type Failure } from '../../../shared/error.ts';
import {
  type AnalysisStatus,
  type InteractionStatus,
  interactionStatuses,
  type UnanalysedReason,
  unanalysedReasons,
} from '../../../shared/interaction.ts';
import type { Scalar } from '../../../shared/quality.ts';
import { parseUuid, uuidText } from '../../uuid.ts';
import { listAttributeFields, readPendingAttributes } from '../attributes.ts';
import type { Place } from '../keyset.ts';
import { type ProfileName, profileNames } from '../profile-names.ts';
import { type Scope, scopeCondition, scopeFieldsOf } from '../scope.ts';
import { analysisFit } from './checks.ts';
import {
  type AnalysisListFilter,
  type AttributeChoice,
  attributeChoices,
  attributePairs,
  type LineFilter,
  profileIdOf,
  wantsAnalysis,
} from './filter.ts';
import { readPlaces } from './places.ts';
import type { ListQuestion } from './question.ts';

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
 * are the analyses that fit. `limit` counts interactions. Throws `invalid` for a cursor that this list did not make.
 */
export async function readAnalysisPage(
  pool: Pool,
  accountId: number,
  scope: Scope,
  filter: AnalysisListFilter,
): Promise<AnalysisPage> {
  const after = filter.cursor === undefined ? undefined : readCursor(filter.cursor);
  const { profiles, question } = await questionOf(pool, accountId, scope, filter);
  const places = question ? await readPlaces(pool, question, { after, limit: filter.limit + 1 }) : [];
  const page = places.slice(0, filter.limit);
  const last = places.length > filter.limit ? page.at(-1) : undefined;
  const rows = question ? await readLines(pool, question, page) : [];
  return {
    rows: rows.map((row) => listed(row, profiles)),
    next_cursor: last ? writeCursor(last) : null,
  };
}

/** The question is undefined where nothing can fit. */
export async function questionOf(
  pool: Pool,
  accountId: number,
  scope: Scope,
  filter: LineFilter,
): Promise<{ profiles: Map<number, ProfileName>; question?: ListQuestion }> {
  const choices = [...attributeChoices(filter), ...scopeChoices(scope)];
  const asksAttributes = choices.length > 0;
  // What is pending is read before the attributes are.
  const [profiles, fields, pending] = await Promise.all([
    profileNames(pool, accountId),
    asksAttributes ? listAttributeFields(pool, accountId) : [],
    asksAttributes ? readPendingAttributes(pool, accountId) : undefined,
  ]);
  const profileIds = profileIdsOf(filter, profiles);
  const isByAnalysis = wantsAnalysis(filter);
  if (choices.some((choice) => choice.length === 0) || (isByAnalysis && profileIds.length === 0)) return { profiles };
  const asked = { accountId, filter, scope: scopeCondition(scope), choices, profileIds, isByAnalysis };
  return { profiles, question: { ...asked, fields, pending } };
}

function scopeChoices(scope: Scope): AttributeChoice[] {
  const fields = scopeFieldsOf(scope);
  return fields ? [fields.flatMap(({ name, values }) => attributePairs(name, values))] : [];
}

function profileIdsOf({ profileUid }: LineFilter, profiles: Map<number, ProfileName>): number[] {
  if (profileUid === undefined) return [...profiles.keys()];
  const uid = profileIdOf(profileUid);
  return [...profiles].filter(([, profile]) => profile.uid.equals(uid)).map(([id]) => id);
}

const interactionColumns = `i.id, i.external_id, i.channel_type, i.occurred_at, i.duration_seconds, i.metadata, i.status,
  i.unanalysed_reason, i.failure`;

const analysisColumns = `a.id AS analysis_id, a.profile_id, a.status AS analysis_status, a.final_score,
  a.max_score, a.percentage_score, a.criticality_adjusted_score, a.failure AS analysis_failure`;

/** The interactions of a page, each with its analyses that fit. */
async function readLines(pool: Pool, question: ListQuestion, page: Place[]): Promise<RowDataPacket[]> {
  if (page.length === 0) return [];
  const ids = page.map(({ id }) => id);
  const fit = analysisFit(question);
  const [[interactions], [analyses]] = await Promise.all([
    pool.query<RowDataPacket[]>(
      `SELECT ${interactionColumns} FROM interaction i FORCE INDEX (PRIMARY) WHERE i.id IN (?) AND i.account_id = ?`,
      [ids, question.accountId],
    ),
    pool.query<RowDataPacket[]>(
      `SELECT a.interaction_id, ${analysisColumns} FROM analysis a FORCE INDEX (interaction_id)
        WHERE a.interaction_id IN (?) AND ${fit.sql} ORDER BY a.interaction_id, a.id`,
      [ids, ...fit.values],
    ),
  ]);
  const found = new Map(interactions.map((row) => [uuidText(row.id), row]));
  return ids.flatMap((id) => {
    const row = found.get(uuidText(id));
    if (!row) return [];
    const own = analyses.filter((analysis) => analysis.interaction_id.equals(id));
    if (own.length === 0) return question.isByAnalysis ? [] : [row];
    return own.map((analysis) => ({ ...row, ...analysis }));
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
