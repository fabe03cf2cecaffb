import { type InteractionStatus, interactionStatuses } from '../../shared/interaction.ts';
import type { RowFilter } from '../api/types.ts';

/**
 * The filter of the Analysis List in its address:
 * `/analyses?from=2026-11-01&status=completed,failed&min=50&metadata.team_name=North`.
 */

const path = '/analyses';
const metadataPrefix = 'metadata.';
const uid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a page's query. What says nothing that could be filtered by is left out. */
export function filterOf(query: URLSearchParams): RowFilter {
  const named = new Set(query.getAll('status').flatMap((text) => text.split(',')));
  return given({
    search: query.get('search')?.trim().slice(0, 255) || undefined,
    from: matching(query.get('from'), isDay),
    to: matching(query.get('to'), isDay),
    profile: matching(query.get('profile')?.toLowerCase() ?? null, (text) => uid.test(text)),
    status: nonEmpty(interactionStatuses.filter((status) => named.has(status))),
    min_percentage: percentage(query.get('min')),
    max_percentage: percentage(query.get('max')),
    min_score: number(query.get('min-points')),
    max_score: number(query.get('max-points')),
    metadata: metadataOf(query),
  });
}

/** The address of the list with this filter. Equal filters have equal addresses. */
export function addressOf(filter: RowFilter): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string | number | undefined) => value !== undefined && query.set(name, `${value}`);
  set('search', filter.search);
  set('from', filter.from);
  set('to', filter.to);
  set('profile', filter.profile);
  set('status', nonEmpty(inOrder(filter.status ?? []))?.join(','));
  set('min', filter.min_percentage);
  set('max', filter.max_percentage);
  set('min-points', filter.min_score);
  set('max-points', filter.max_score);
  for (const [key, values] of Object.entries(filter.metadata ?? {}).sort(byKey))
    for (const value of values) query.append(metadataPrefix + key, value);
  // A comma means nothing in a query, and is easier to read than its code.
  return query.size > 0 ? `${path}?${query.toString().replaceAll('%2C', ',')}` : path;
}

/** Of two filters, whether they show the same. */
export function isSameFilter(one: RowFilter, other: RowFilter): boolean {
  return addressOf(one) === addressOf(other);
}

export function isFiltered(filter: RowFilter): boolean {
  return addressOf(filter) !== path;
}

/** The filter with these values of one metadata field; none: without that field. */
export function withMetadata(filter: RowFilter, key: string, values: readonly string[]): RowFilter {
  const others = Object.entries(filter.metadata ?? {}).filter(([other]) => other !== key);
  const all = values.length > 0 ? [...others, [key, [...new Set(values)]] as [string, string[]]] : others;
  return given({ ...filter, metadata: all.length > 0 ? Object.fromEntries(all) : undefined });
}

/** The filter without what is undefined in it. */
export function given(filter: RowFilter): RowFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Why nothing can match; empty where something could. */
export function contradiction(filter: RowFilter): string {
  if (isAbove(filter.from, filter.to)) return 'The last day is before the first.';
  if (isAbove(filter.min_percentage, filter.max_percentage)) return 'The least percentage is above the greatest.';
  return isAbove(filter.min_score, filter.max_score) ? 'The least points are above the most.' : '';
}

function isAbove<T extends string | number>(least: T | undefined, most: T | undefined): boolean {
  return least !== undefined && most !== undefined && least > most;
}

function metadataOf(query: URLSearchParams): RowFilter['metadata'] {
  const keys = [...new Set(query.keys())].filter((name) => name.length > metadataPrefix.length);
  const named = keys.filter((name) => name.startsWith(metadataPrefix));
  if (named.length === 0) return undefined;
  return Object.fromEntries(
    named.map((name) => [name.slice(metadataPrefix.length), [...new Set(query.getAll(name))]] as const),
  );
}

function inOrder(statuses: readonly InteractionStatus[]): InteractionStatus[] {
  return interactionStatuses.filter((status) => statuses.includes(status));
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}

function number(text: string | null): number | undefined {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function percentage(text: string | null): number | undefined {
  const value = number(text);
  return value !== undefined && value >= 0 && value <= 100 ? value : undefined;
}

function matching(text: string | null, isGood: (text: string) => boolean): string | undefined {
  return text !== null && isGood(text) ? text : undefined;
}

/** YYYY-MM-DD of the calendar: no 30 February. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
