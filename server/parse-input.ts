import type { z } from 'zod';
import { AppError } from '../shared/error.ts';
import { plainWords } from './plain-words.ts';

/** Checks input with its schema. Throws `invalid` that names the first field at fault and lists the others. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown, at: (string | number)[] = []): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error, at, schema);
}

/** What a schema found wrong, in words. */
export function invalidInput(error: z.ZodError, at: (string | number)[] = [], schema?: z.ZodType): AppError {
  const problems = flatten(error.issues, at, schema);
  const first = problems[0];
  const message = problems.map(({ path, message }) => (path ? `${path}: ${message}` : ofAll(message))).join('; ');
  return new AppError('invalid', `${message}.`, first?.path ? { field: first.path } : {});
}

/** What is about the input as a whole has no field to begin with. */
function ofAll(message: string): string {
  return /^(must|has|is) /.test(message) ? `What was given ${message}` : message;
}

interface Problem {
  path: string;
  message: string;
}

type Issue = z.core.$ZodIssue;

function flatten(issues: Issue[], at: PropertyKey[], schema?: z.ZodType): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return flatten(shortest(issue.errors), path);
    return [{ path: path.map(String).join('.'), message: plainWords(issue, schema) }];
  });
}

/** Of a union's branches, the one that came nearest. */
function shortest(branches: Issue[][]): Issue[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
}
