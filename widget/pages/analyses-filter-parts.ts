import type { FilterField, ProfileSummary, RowFilter } from '../api/types.ts';
import { filterInWords } from '../words/filter.ts';
import { given, withMetadata } from './analyses-filter.ts';

/** What ids and keys of a filter are called. Undefined: not known yet. */
export interface FilterNames {
  profiles: readonly ProfileSummary[] | undefined;
  fields: readonly FilterField[] | undefined;
}

/** One condition of a filter in words, and the filter that is left without it. */
export interface FilterPart {
  words: string;
  without: RowFilter;
}

/** Keys that are one condition together, in the order of the form. */
const conditions: (keyof RowFilter)[][] = [
  ['search'],
  ['from', 'to'],
  ['profile'],
  ['status'],
  ['min_percentage', 'max_percentage'],
  ['min_score', 'max_score'],
];

/** A filter's conditions, in the order of its form. */
export function partsOf(filter: RowFilter, names: FilterNames): FilterPart[] {
  const { metadata = {} } = filter;
  return [
    ...conditions.flatMap((keys) => {
      const words = wordsOf(only(filter, keys), names);
      return words === undefined ? [] : [{ words, without: without(filter, keys) }];
    }),
    ...Object.entries(metadata).map(([key, values]) => ({
      words: metadataWords(key, values, names),
      without: withMetadata(filter, key, []),
    })),
  ];
}

/** More values are told as a number: a chip is one line. */
const mostNamed = 3;

function metadataWords(key: string, values: readonly string[], names: FilterNames): string {
  const words = wordsOf({ metadata: { [key]: values.slice(0, mostNamed) } }, names) ?? key;
  return values.length > mostNamed ? `${words}, or ${values.length - mostNamed} more` : words;
}

function wordsOf(filter: RowFilter, { profiles, fields = [] }: FilterNames): string | undefined {
  if (filter.profile !== undefined && !profiles) return 'Quality profile …';
  const [words] = filterInWords(filter, { profiles: profiles ?? [], fields });
  return words && words.charAt(0).toUpperCase() + words.slice(1);
}

function only(filter: RowFilter, keys: readonly (keyof RowFilter)[]): RowFilter {
  return Object.fromEntries(keys.map((key) => [key, filter[key]]));
}

function without(filter: RowFilter, keys: readonly (keyof RowFilter)[]): RowFilter {
  return given({ ...filter, ...Object.fromEntries(keys.map((key) => [key, undefined])) });
}
