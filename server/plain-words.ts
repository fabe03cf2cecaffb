import type { z } from 'zod';
import { closest } from './closest.ts';
import { knownFields } from './schema-parts.ts';

type Issue = z.core.$ZodIssue;
type Of<Code extends Issue['code']> = Extract<Issue, { code: Code }>;

/** How the validator's own messages begin; those of our schemas begin otherwise. */
const notOurs = /^(Invalid|Too (small|big)|Unrecognized key|Unexpected)\b/;
/** Our schemas mostly say what a value is to be. */
const noun = /^(an?|one of) (?!import job)/;

const notPossible = 'has a value that is not possible here';

/** What is wrong with a value, as it follows its field's path and a colon. */
export function plainWords(issue: Issue, schema?: z.ZodType): string {
  const { message } = issue;
  if (!notOurs.test(message)) return noun.test(message) ? `must be ${message}` : message;
  switch (issue.code) {
    case 'invalid_type':
      return /received undefined$/.test(message) ? 'is missing' : `must be ${types[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_value':
      return `must be ${choiceOf(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return unknownKeys(issue, schema);
    case 'invalid_format':
      return formats[issue.format] ?? 'is not written as it should be';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options) && issue.options.length > 0
        ? `must be ${choiceOf(issue.options.map(String))}`
        : notPossible;
    default:
      return notPossible;
  }
}

const types: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with fields of its own',
  record: 'an object with fields of its own',
  null: 'empty',
};

const formats: Record<string, string> = {
  email: 'must be an email address',
  url: 'must be an address that begins with https://',
  uuid: 'must be an id such as 0190a000-0000-7000-8000-000000000001',
  date: 'must be a date as YYYY-MM-DD',
  datetime: 'must be a time such as 2026-11-22T08:30:00Z',
};

function tooSmall({ origin, minimum, inclusive }: Of<'too_small'>): string {
  if (origin === 'string') return minimum === 1 ? 'must not be empty' : `must have at least ${minimum} characters`;
  if (isList(origin)) return minimum === 1 ? 'must have at least one entry' : `must have at least ${minimum} entries`;
  return inclusive === false ? `must be more than ${minimum}` : `must be at least ${minimum}`;
}

function tooBig({ origin, maximum, inclusive }: Of<'too_big'>): string {
  if (origin === 'string') return `must have at most ${maximum} characters`;
  if (isList(origin)) return `must have at most ${maximum} ${maximum === 1 ? 'entry' : 'entries'}`;
  return inclusive === false ? `must be less than ${maximum}` : `must be at most ${maximum}`;
}

function isList(origin: string): boolean {
  return origin === 'array' || origin === 'set' || origin === 'map';
}

function choiceOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function unknownKeys({ keys, path }: Of<'unrecognized_keys'>, schema: z.ZodType | undefined): string {
  const known = schema ? knownFields(schema, path) : [];
  const names = keys.map((key) => {
    const close = closest(key, known, { left: 1 });
    return `"${key}" is not known here${close === undefined ? '' : `; did you mean "${close}"?`}`;
  });
  const told = names.join('; ');
  if (known.length === 0) return told;
  return `${told}${told.endsWith('?') ? ' Known are' : '; known are'} ${known.join(', ')}`;
}
