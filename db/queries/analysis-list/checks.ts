import type { PendingAttributes } from '../attributes.ts';
import { allOf, anyOf, type Condition } from '../scope.ts';
import { type AttributeChoice, scoreConditions, statusNumbers } from './filter.ts';
import type { ListQuestion } from './question.ts';

/** A look into an index, whether an interaction may fit. */
export interface Check {
  /** Which condition it looks at. */
  of: 'status' | 'analysis' | AttributeChoice;
  condition: Condition;
}

/** Beyond as many looks reading the interaction is quicker. */
const looksMost = 30;

/**
 * Looks into the indexes about an interaction that is known by its time and id. Each is a value, which no optimizer turns
 * into a join of its own making.
 */
export function checksOf(question: ListQuestion, columns: { at: string; id: string }): Check[] {
  return [
    ...question.choices.flatMap((choice) => attributeCheck(question, choice, columns) ?? []),
    ...(question.isByAnalysis ? [{ of: 'analysis' as const, condition: analysisCheck(question, columns) }] : []),
    ...(question.filter.status ? [{ of: 'status' as const, condition: statusCheck(question, columns) }] : []),
  ];
}

function attributeCheck(
  { accountId, fields, pending }: ListQuestion,
  choice: AttributeChoice,
  { at, id }: { at: string; id: string },
): Check | undefined {
  const pairs = choice.map(({ name, key }) => ({ field: fields.find((field) => field.name === name), key }));
  if (!pending || pairs.length > looksMost || !pairs.every(({ field }) => field?.isReady)) return undefined;
  const looks = pairs.map(
    ({ field, key }): Condition => ({
      sql: look(
        `interaction_attribute p FORCE INDEX (PRIMARY) WHERE p.account_id = ? AND p.field = ? AND p.value = ?
        AND p.occurred_at = ${at} AND p.interaction_id = ${id}`,
      ),
      values: [accountId, field?.id, key],
    }),
  );
  return { of: choice, condition: anyOf([...looks, ...isPending(pending, id)]) };
}

function isPending({ ranges, ids }: PendingAttributes, id: string): Condition[] {
  return [
    ...ranges.map(({ first, last }) => ({ sql: `${id} BETWEEN ? AND ?`, values: [first, last] })),
    ...(ids.length > 0 ? [{ sql: `${id} IN (?)`, values: [ids] }] : []),
  ];
}

/** With many profiles by the interaction's own analyses, whose rows are read. */
function analysisCheck(
  { accountId, profileIds, filter }: ListQuestion,
  { at, id }: { at: string; id: string },
): Condition {
  const scores = scoresOf('a', filter);
  const account = { sql: 'a.account_id = ?', values: [accountId] };
  if (profileIds.length > looksMost) {
    const own = allOf([{ sql: `a.interaction_id = ${id}`, values: [] }, account, ...scores]);
    return { sql: look(`analysis a FORCE INDEX (interaction_id) WHERE ${own.sql}`), values: own.values };
  }
  const place = { sql: `a.occurred_at = ${at} AND a.interaction_id = ${id}`, values: [] };
  const looks = profileIds.map((profileId): Condition => {
    const { sql, values } = allOf([account, profileOf('a', profileId), place, ...scores]);
    return { sql: look(`analysis a FORCE INDEX (by_profile) WHERE ${sql}`), values };
  });
  return anyOf(looks);
}

/** One look a status: of several in one, the index's first column alone would be used. */
function statusCheck({ accountId, filter }: ListQuestion, { at, id }: { at: string; id: string }): Condition {
  const looks = statusNumbers(filter.status ?? []).map(
    (status): Condition => ({
      sql: look(
        `interaction s FORCE INDEX (by_status) WHERE s.account_id = ? AND s.status = ? AND s.occurred_at = ${at} AND s.id = ${id}`,
      ),
      values: [accountId, status],
    }),
  );
  return anyOf(looks);
}

function look(from: string): string {
  return `(SELECT 1 FROM ${from} LIMIT 1) = 1`;
}

/** On the analysis `a`: the account's, and what is asked of analyses. */
export function analysisFit({ accountId, filter, profileIds }: ListQuestion): Condition {
  return allOf([
    { sql: 'a.account_id = ?', values: [accountId] },
    filter.profileUid === undefined ? undefined : { sql: 'a.profile_id IN (?)', values: [profileIds] },
    ...scoresOf('a', filter),
  ]);
}

function scoresOf(alias: 'a' | 'd', filter: ListQuestion['filter']): Condition[] {
  return [
    ...scoreConditions(alias, 'percentage_score', filter.percentageMin, filter.percentageMax),
    ...scoreConditions(alias, 'final_score', filter.scoreMin, filter.scoreMax),
  ];
}

export function profileOf(alias: 'a' | 'd', profileId: number): Condition {
  return { sql: `${alias}.profile_id = ?`, values: [profileId] };
}
