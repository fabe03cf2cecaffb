import { AppError } from '../../../shared/error.ts';
import { type InteractionStatus, interactionStatuses } from '../../../shared/interaction.ts';
import { parseUuid } from '../../uuid.ts';
import { attributeKeys } from '../attribute-key.ts';
import { type Condition, metadataIn } from '../scope.ts';

export interface AnalysisListFilter {
  /** `occurred_at` from `from` on and before `to`. */
  from?: Date | undefined;
  to?: Date | undefined;
  /** Analyses by this profile. */
  profileUid?: string | undefined;
  /** The interaction's: one of these. */
  status?: readonly InteractionStatus[] | undefined;
  /** Analyses of at least, at most so many points (`final_score`, the API's score filter). */
  scoreMin?: number | undefined;
  scoreMax?: number | undefined;
  /** The same by `percentage_score`. */
  percentageMin?: number | undefined;
  percentageMax?: number | undefined;
  /** By key: the value, as text, is one of these. */
  metadata?: Readonly<Record<string, readonly string[]>> | undefined;
  /** An external id or its beginning. */
  search?: string | undefined;
  /** What the page before gave as `next_cursor`. */
  cursor?: string | undefined;
  limit: number;
}

/** What chooses lines, without the place and the size of a page: the same for lists, saved filters and reports. */
export type LineFilter = Omit<AnalysisListFilter, 'cursor' | 'limit'>;

/** Whether only analyses can fit, so that interactions without one are out. */
export function wantsAnalysis(filter: LineFilter): boolean {
  return analysisConditions(filter).length > 0;
}

/** On the analysis `a`. */
export function analysisConditions(filter: LineFilter): Condition[] {
  const { profileUid } = filter;
  return [
    ...scoreConditions('a', 'final_score', filter.scoreMin, filter.scoreMax),
    ...scoreConditions('a', 'percentage_score', filter.percentageMin, filter.percentageMax),
    ...(profileUid === undefined ? [] : [byProfile(profileUid)]),
  ];
}

/** On the analysis of that alias. */
export function scoreConditions(
  alias: 'a' | 'd',
  column: 'final_score' | 'percentage_score',
  least: number | undefined,
  most: number | undefined,
): Condition[] {
  return [...limit(`${alias}.${column} >= ?`, least), ...limit(`${alias}.${column} <= ?`, most)];
}

function byProfile(uid: string): Condition {
  return {
    sql: 'a.profile_id = (SELECT q.id FROM quality_profile q WHERE q.account_id = a.account_id AND q.uid = ?)',
    values: [profileIdOf(uid)],
  };
}

/** The bytes of a profile's public id. */
export function profileIdOf(uid: string): Buffer {
  const id = parseUuid(uid);
  if (!id) throw new AppError('invalid', 'The quality profile of the filter is no id. Choose one from the list.');
  return id;
}

/** On the interaction `i`; its time is read from the table whose index gives the order. The scope is not among them. */
export function interactionConditions(ordered: 'a' | 'i', filter: LineFilter): Condition[] {
  const { from, to, status, search, metadata = {} } = filter;
  return [
    ...limit(`${ordered}.occurred_at >= ?`, from),
    ...limit(`${ordered}.occurred_at < ?`, to),
    ...limit('i.status IN (?)', status && statusNumbers(status)),
    ...(search ? [searchCondition('i', search)] : []),
    ...metadataConditions(metadata),
  ];
}

/** As the table stores them. */
export function statusNumbers(statuses: readonly InteractionStatus[]): number[] {
  return statuses.map((status) => interactionStatuses.indexOf(status));
}

/** On the interaction of that alias. Identifiers compare byte by byte, so the pattern is bytes too. */
export function searchCondition(alias: 'i' | 'd', text: string): Condition {
  return { sql: `${alias}.external_id LIKE ?`, values: [Buffer.from(`${text.replace(/[\\%_]/g, '\\$&')}%`)] };
}

/** On the interaction `i`: texts compare byte by byte. */
function metadataConditions(metadata: Readonly<Record<string, readonly string[]>>): Condition[] {
  return Object.entries(metadata).map(([key, values]) => metadataIn(key, values));
}

/** A field with a value as the attributes have it. */
export interface AttributePair {
  name: string;
  key: Buffer;
}

/** What an interaction has at least one of, where it meets a condition on its metadata. */
export type AttributeChoice = AttributePair[];

/** The filter's conditions on metadata. */
export function attributeChoices({ metadata = {} }: LineFilter): AttributeChoice[] {
  return Object.entries(metadata).map(([name, values]) => attributePairs(name, values));
}

/** Each key once: values that differ may share one. */
export function attributePairs(name: string, values: readonly string[]): AttributePair[] {
  const keys = new Map(values.flatMap(attributeKeys).map((key) => [key.toString('hex'), key]));
  return [...keys.values()].map((key) => ({ name, key }));
}

function limit(sql: string, value: unknown): Condition[] {
  return value === undefined ? [] : [{ sql, values: [value] }];
}
