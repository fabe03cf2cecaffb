import { DateTime } from 'luxon';
import type { AnalysisSearch } from '../../db/queries/api-analyses.ts';
import { parseUuid } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Condition, Operator } from '../../shared/quality.ts';
import type { MetadataOperator, SearchBody } from './schemas/analysis-search.ts';

type Filter = SearchBody['other_filters'][number];
type DateFilter = Extract<Filter, { field: 'date' }>;
type ScoreFilter = Extract<Filter, { field: 'score' }>;

/** What a search's body asks for, days taken as the account's. Throws `invalid` at the filter at fault. */
export function searchOf(body: SearchBody, zone: string): AnalysisSearch {
  const { other_filters: filters, quality_profile_uid: uid, metadata_filter_group: group } = body;
  return {
    ...periodOf(dateFilterOf(filters), zone),
    scores: filters
      .filter((filter): filter is ScoreFilter => filter.field === 'score')
      .map(({ operator, value }) => ({ operator, value })),
    profileUid: uid ? parseUuid(uid) : undefined,
    metadata: (group ?? []).map((all) => all.map(conditionOf)),
  };
}

function dateFilterOf(filters: Filter[]): DateFilter {
  const [first, second] = filters.filter((filter): filter is DateFilter => filter.field === 'date');
  if (!first)
    throw refused(
      'other_filters has no date filter; add {"field": "date", "operator": "range", "value": {"start_date": …, "end_date": …}}.',
    );
  if (second) throw refused('other_filters has more than one date filter; give one.');
  return first;
}

const daysMost = 31;
/** The last moment that the database can hold. */
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function periodOf({ value: { start_date, end_date } }: DateFilter, zone: string): { from: Date; to: Date } {
  const start = momentOf(start_date, 'start_date', zone);
  const end = momentOf(end_date, 'end_date', zone);
  if (start > end) throw refused(`start_date (${start_date}) is after end_date (${end_date}).`);
  if (end > start.plus({ days: daysMost }))
    throw refused(
      `The date range from ${start_date} to ${end_date} is longer than ${daysMost} days; ask for shorter ranges one after the other.`,
    );
  const to = isDay(end_date) ? end.plus({ days: 1 }).startOf('day') : end.plus({ milliseconds: 1 });
  return { from: start.toJSDate(), to: new Date(Math.min(to.toMillis(), lastMs)) };
}

function isDay(text: string): boolean {
  return !text.includes('T');
}

function momentOf(text: string, name: string, zone: string): DateTime {
  const moment = DateTime.fromISO(text, { zone });
  if (!moment.isValid) throw refused(`${name} (${text}) is no day of the calendar.`);
  return isDay(text) ? moment.startOf('day') : moment;
}

function refused(message: string): AppError {
  return new AppError('invalid', message, { field: 'other_filters' });
}

const ruleNames: Partial<Record<MetadataOperator, Operator>> = {
  equals: 'IS',
  not_equals: 'IS_NOT',
  contains: 'CONTAINS',
  not_contains: 'NOT_CONTAINS',
  greater_than: 'GREATER_THAN',
  less_than: 'LESS_THAN',
  greater_than_or_equal: 'GREATER_OR_EQUAL',
  less_than_or_equal: 'LESS_OR_EQUAL',
};

type MetadataFilter = NonNullable<SearchBody['metadata_filter_group']>[number][number];

function conditionOf({ field, operator, value }: MetadataFilter): Condition {
  return { attribute: field, operator: ruleNames[operator] ?? (operator as Operator), value };
}
