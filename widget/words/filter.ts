import type { RowFilter } from '../api/types.ts';
import { score } from './numbers.ts';
import { analysisWords } from './status.ts';
import { calendarDay } from './time.ts';

/** The names of what a filter holds by key. */
export interface KnownNames {
  profiles: readonly { uid: string; name: string }[];
  fields: readonly { key: string; display_name: string }[];
}

/** What a filter of the Analysis List lets through, a phrase for each part: `score 40 % to 80 %`. */
export function filterInWords(filter: RowFilter, { profiles, fields }: KnownNames): string[] {
  const { from, to, profile, status, search, metadata = {} } = filter;
  const profileName = profiles.find(({ uid }) => uid === profile)?.name ?? 'that is not there any more';
  const fieldName = (key: string) => fields.find((field) => field.key === key)?.display_name ?? key;
  return [
    ...between(from && `from ${calendarDay(from)}`, to && `until ${calendarDay(to)}`),
    ...(profile === undefined ? [] : [`quality profile ${profileName}`]),
    ...(status ? [`status ${either(status.map((each) => analysisWords[each].word))}`] : []),
    ...limits('score', filter.min_percentage, filter.max_percentage, ' %'),
    ...limits('points', filter.min_score, filter.max_score, ''),
    ...Object.entries(metadata).map(([key, values]) => `${fieldName(key)} ${either(values.map(quoted))}`),
    ...(search === undefined ? [] : [`external id ${quoted(search)} or beginning with it`]),
  ];
}

function between(...parts: (string | undefined)[]): string[] {
  const given = parts.filter((part) => part !== undefined && part !== '');
  return given.length > 0 ? [given.join(' ')] : [];
}

function limits(what: string, min: number | undefined, max: number | undefined, unit: string): string[] {
  const words = (value: number) => `${score(value)}${unit}`;
  if (min !== undefined && max !== undefined) return [`${what} ${words(min)} to ${words(max)}`];
  if (min !== undefined) return [`${what} at least ${words(min)}`];
  return max === undefined ? [] : [`${what} at most ${words(max)}`];
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function quoted(value: string): string {
  return value === '' ? 'empty' : `“${value}”`;
}
