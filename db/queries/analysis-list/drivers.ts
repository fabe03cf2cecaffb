import { interactionStatuses } from '../../../shared/interaction.ts';
import type { PendingAttributes } from '../attributes.ts';
import { allOf, anyOf, type Condition } from '../scope.ts';
import { type Check, checksOf, profileOf } from './checks.ts';
import {
  type AttributeChoice,
  interactionConditions,
  scoreConditions,
  searchCondition,
  statusNumbers,
} from './filter.ts';
import type { ListQuestion } from './question.ts';

/** A stretch of an index: where interactions are read from, as `d`, and what they must be. */
export interface Lane {
  from: string;
  /** The columns of the interaction's time and id. */
  at: string;
  id: string;
  where: Condition;
}

/** An index from which the interactions of a list can be read. */
export interface Driver {
  /** What it knows: `status` is the list itself. */
  kind: 'status' | 'attribute' | 'search' | 'profile' | 'percentage' | 'points';
  lanes: Lane[];
  /** Each lane gives its interactions newest first; else all are found, then sorted. */
  isInOrder: boolean;
  /** What its stretches of the index hold, without the other conditions; the time is bounded where `at` is given. */
  extent: { from: string; at?: string; where: Condition };
  /** The condition on metadata that it knows. */
  choice?: AttributeChoice;
}

/** Beyond as many the statement would be longer than its use. */
const lanesMost = 400;

/**
 * Every index that can give the list, each with all of the conditions. An index tells whether an interaction may fit;
 * what is left is read itself, as `i`, and compared.
 */
export function driversOf(question: ListQuestion): Driver[] {
  const { choices, isByAnalysis } = question;
  return [
    byStatus(question),
    ...choices.flatMap((choice) => byAttribute(question, choice) ?? []),
    ...bySearch(question),
    ...(isByAnalysis ? byAnalysis(question) : []),
  ];
}

function byStatus(question: ListQuestion): Driver {
  const { accountId, filter } = question;
  const from = 'interaction d FORCE INDEX (by_status)';
  const statuses = statusNumbers(filter.status ?? interactionStatuses);
  return {
    kind: 'status',
    isInOrder: true,
    lanes: statuses.map((status) =>
      laneOf(question, 'status', {
        from,
        id: 'd.id',
        own: [{ sql: 'd.account_id = ? AND d.status = ?', values: [accountId, status] }],
      }),
    ),
    extent: {
      from,
      at: 'd.occurred_at',
      where: { sql: 'd.account_id = ? AND d.status IN (?)', values: [accountId, statuses] },
    },
  };
}

/** Undefined where some of the fields do not find every interaction. */
function byAttribute(question: ListQuestion, choice: AttributeChoice): Driver | undefined {
  const { accountId, fields, pending } = question;
  const pairs = choice.map(({ name, key }) => ({ field: fields.find((field) => field.name === name), key }));
  if (!pending || pairs.length > lanesMost || !pairs.every(({ field }) => field?.isReady)) return undefined;
  const from = 'interaction_attribute d FORCE INDEX (PRIMARY)';
  const known = pairs.map(({ field, key }) => ({ sql: 'd.field = ? AND d.value = ?', values: [field?.id, key] }));
  const account = { sql: 'd.account_id = ?', values: [accountId] };
  const lane = (pair: Condition) => laneOf(question, choice, { from, id: 'd.interaction_id', own: [account, pair] });
  return {
    kind: 'attribute',
    isInOrder: true,
    lanes: [...known.map(lane), ...pendingLanes(question, pending)],
    extent: { from, at: 'd.occurred_at', where: allOf([account, anyOf(known)]) },
    choice,
  };
}

/** Interactions that no attribute finds yet. */
function pendingLanes(question: ListQuestion, { ranges, ids }: PendingAttributes): Lane[] {
  const bounds: Condition[] = ranges.map(({ first, last }) => ({
    sql: 'd.id >= ? AND d.id <= ?',
    values: [first, last],
  }));
  if (ids.length > 0) bounds.push({ sql: 'd.id IN (?)', values: [ids] });
  const account = { sql: 'd.account_id = ?', values: [question.accountId] };
  return bounds.map((bound) =>
    laneOf({ ...question, fields: [] }, 'status', {
      from: 'interaction d FORCE INDEX (PRIMARY)',
      id: 'd.id',
      own: [account, bound, statusCondition(question)],
    }),
  );
}

function statusCondition({ filter }: ListQuestion): Condition | undefined {
  return filter.status && { sql: 'd.status IN (?)', values: [statusNumbers(filter.status)] };
}

function bySearch(question: ListQuestion): Driver[] {
  const { accountId, filter } = question;
  if (!filter.search) return [];
  const from = 'interaction d FORCE INDEX (account_id)';
  const { sql, values } = searchCondition('d', filter.search);
  const own = [
    { sql: 'd.account_id = ?', values: [accountId] },
    { sql, values },
  ];
  return [
    {
      kind: 'search',
      isInOrder: false,
      lanes: [laneOf(question, 'status', { from, id: 'd.id', own: [...own, statusCondition(question)] })],
      extent: { from, where: allOf(own) },
    },
  ];
}

function byAnalysis(question: ListQuestion): Driver[] {
  const { accountId, filter, profileIds } = question;
  const percentages = scoreConditions('d', 'percentage_score', filter.percentageMin, filter.percentageMax);
  const points = scoreConditions('d', 'final_score', filter.scoreMin, filter.scoreMax);
  const account = { sql: 'd.account_id = ?', values: [accountId] };
  const ofProfiles = { sql: 'd.profile_id IN (?)', values: [profileIds] };
  const byScore = (kind: 'percentage' | 'points', own: Condition[]): Driver[] => {
    if (own.length === 0) return [];
    const from = `analysis d FORCE INDEX (by_${kind})`;
    const all = [account, ofProfiles, ...percentages, ...points];
    return [
      {
        kind,
        isInOrder: false,
        lanes: [laneOf(question, 'analysis', { from, id: 'd.interaction_id', own: all })],
        extent: { from, where: allOf([account, ...own]) },
      },
    ];
  };
  const from = 'analysis d FORCE INDEX (by_profile)';
  return [
    {
      kind: 'profile',
      isInOrder: true,
      lanes: profileIds.map((profileId) =>
        laneOf(question, 'analysis', {
          from,
          id: 'd.interaction_id',
          own: [account, profileOf('d', profileId), ...percentages, ...points],
        }),
      ),
      extent: { from, at: 'd.occurred_at', where: allOf([account, ofProfiles]) },
    },
    ...byScore('percentage', percentages),
    ...byScore('points', points),
  ];
}

/**
 * A lane with everything else that is asked: first by looks into other indexes, which need not read the interaction, then
 * by the interaction itself. What an index says may be out of date, so the time is compared, too.
 */
function laneOf(
  question: ListQuestion,
  known: Check['of'],
  { from, id, own }: { from: string; id: string; own: (Condition | undefined)[] },
): Lane {
  const checks = checksOf(question, { at: 'd.occurred_at', id }).filter(({ of }) => of !== known);
  const rest = [...interactionConditions('i', { ...question.filter, from: undefined, to: undefined }), question.scope];
  const isPlain = rest.every((condition) => condition === undefined) && from.startsWith('interaction ');
  return {
    from: isPlain
      ? from
      : `${from} JOIN interaction i FORCE INDEX (PRIMARY) ON i.id = ${id} AND i.account_id = d.account_id
          AND i.occurred_at = d.occurred_at`,
    at: 'd.occurred_at',
    id,
    where: allOf([...own, ...checks.map(({ condition }) => condition), ...rest]),
  };
}
