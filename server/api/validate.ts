import type { z } from 'zod';
import { AppError } from '../../shared/error.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks a value with its schema. Throws `invalid` with the first field at fault; the message lists them all and says
 * of an unknown field which known one is close to it.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at: PropertyKey[] = [],
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: missing });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, schema, at));
  const message = problems.slice(0, problemsMost).map(inWords).join('; ');
  const more = problems.length - problemsMost;
  throw new AppError('invalid', more > 0 ? `${message}; and ${more} more` : message, {
    field: problems[0]?.path || 'body',
  });
}

const problemsMost = 10;

/** What the schema itself says goes before. */
function missing({ code, input }: z.core.$ZodRawIssue): string | undefined {
  return code === 'invalid_type' && input === undefined ? 'is required' : undefined;
}

interface Problem {
  path: string;
  message: string;
}

function problemsOf(issue: Issue, schema: z.ZodType, at: PropertyKey[]): Problem[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return shortest(issue.errors).flatMap((inner) => problemsOf(inner, schema, path));
  if (issue.code !== 'unrecognized_keys') return [{ path: textOf(path), message: issue.message }];
  const known = knownFields(schema, issue.path);
  return issue.keys.map((key) => ({ path: textOf([...path, key]), message: unknownField(key, known) }));
}

/** Of a union's branches, the one that came nearest. */
function shortest(branches: Issue[][]): Issue[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
}

function textOf(path: PropertyKey[]): string {
  return path.map(String).join('.');
}

/** A message that names its field already is left as it is. */
function inWords({ path, message }: Problem): string {
  const field = path.split('.').at(-1) ?? '';
  if (message.includes(field)) return message;
  return message.startsWith('is ') ? `${path} ${message}` : `${path}: ${message}`;
}

function unknownField(key: string, known: string[]): string {
  const close = closest(key, known);
  return `is no field of this call${close ? `; did you mean ${close}?` : ''}`;
}

/** The fields of the object that lies at `path` of the schema. */
function knownFields(schema: z.ZodType, path: PropertyKey[]): string[] {
  let here: SchemaDef | undefined = defOf(schema);
  for (const step of path) {
    here = unwrapped(here);
    here = defOf(typeof step === 'number' ? here?.element : here?.shape?.[String(step)]);
  }
  return Object.keys(unwrapped(here)?.shape ?? {});
}

/** What the kinds of schema keep of their parts. */
interface SchemaDef {
  innerType?: unknown;
  in?: unknown;
  element?: unknown;
  shape?: Record<string, unknown>;
}

function defOf(schema: unknown): SchemaDef | undefined {
  return (schema as { _zod?: { def: SchemaDef } } | undefined)?._zod?.def;
}

function unwrapped(def: SchemaDef | undefined): SchemaDef | undefined {
  const inner = defOf(def?.innerType ?? def?.in);
  return inner ? unwrapped(inner) : def;
}

/** The known word that differs by the fewest letters, when these are few for its length. */
export function closest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(plain(word), plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 4)) ? best.candidate : undefined;
}

/** Levenshtein's: letters to put in, take out or change. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
