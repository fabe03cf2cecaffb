import type { z } from 'zod';
import { AppError } from '../../shared/error.ts';
import { closest, type Suggestions } from '../closest.ts';
import { keysMostOf, knownFields } from '../schema-parts.ts';
import { pathText, refuseNames } from './field-names.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks a value with its schema. Throws `invalid` with the first field at fault; the message names the first ten by
 * their full paths and says of an unknown field which known one is close to it, while there are suggestions left.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at: PropertyKey[] = [],
  suggestions: Suggestions = { left: suggestionsMost },
): z.output<Schema> {
  refuseNames(value, at, (path) => keysMostOf(schema, path));
  const parsed = schema.safeParse(value, { error: missing });
  if (parsed.success) return parsed.data;
  throw refusal(problemsOf(parsed.error.issues, { schema, at, suggestions }));
}

const problemsMost = 10;
const suggestionsMost = 5;

/** Only what is told is put into words: of the others there may be thousands. */
function refusal(problems: Iterable<Problem>): AppError {
  const words = new Set<string>();
  let field: string | undefined;
  let more = 0;
  for (const problem of problems) {
    field ??= pathText(problem.path);
    if (words.size < problemsMost) words.add(inWords(problem));
    else more += 1;
  }
  const message = [...words].join('; ');
  return new AppError('invalid', more > 0 ? `${message}; and ${more} more` : message, { field: field || 'body' });
}

/** What the schema itself says goes before. */
function missing({ code, input }: z.core.$ZodRawIssue): string | undefined {
  return code === 'invalid_type' && input === undefined ? 'is required' : undefined;
}

interface Problem {
  path: PropertyKey[];
  message(): string;
}

interface Place {
  schema: z.ZodType;
  at: PropertyKey[];
  suggestions: Suggestions;
}

function* problemsOf(issues: Issue[], place: Place): Generator<Problem> {
  const { schema, at, suggestions } = place;
  for (const issue of issues) {
    const path = [...at, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const types = typesOf(issue.errors);
      if (types) yield { path, message: () => `must be ${types}` };
      else yield* problemsOf(shortest(issue.errors), { ...place, at: path });
    } else if (issue.code === 'unrecognized_keys') {
      const known = knownFields(schema, issue.path);
      for (const key of issue.keys)
        yield { path: [...path, key], message: () => unknownField(key, known, suggestions) };
    } else yield { path, message: () => issue.message };
  }
}

/**
 * What a union of plain types asks for, where its value is none of them: `a string, a number or a boolean`. Undefined
 * for other unions, and where the schema has words of its own.
 */
function typesOf(branches: Issue[][]): string | undefined {
  const issues = branches.flat();
  const isOwn = new Set(issues.map(({ message }) => message)).size === 1;
  if (isOwn || issues.length > branches.length) return undefined;
  const types = issues.map((issue) => (issue.code === 'invalid_type' && issue.path.length === 0 ? issue.expected : ''));
  if (types.includes('')) return undefined;
  const named = types.map((type) => `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`);
  return `${named.slice(0, -1).join(', ')} or ${named.at(-1)}`;
}

/** Of a union's branches, the one that came nearest. */
function shortest(branches: Issue[][]): Issue[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
}

/** The field's whole path goes before, once: some messages begin with the field's own name. */
function inWords(problem: Problem): string {
  const path = pathText(problem.path);
  const message = problem.message();
  if (path === '') return message;
  const field = path.split('.').at(-1) ?? '';
  const rest = message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
  const predicate = [message, rest].find((text) => /^(is|must) /.test(text));
  return predicate === undefined ? `${path}: ${message}` : `${path} ${predicate}`;
}

function unknownField(key: string, known: string[], suggestions: Suggestions): string {
  const close = closest(key, known, suggestions);
  return `is no field of this call${close ? `; did you mean ${close}?` : ''}`;
}
