import type { z } from 'zod';
import { AppError } from '../../../shared/error.ts';
import { shown } from '../../security/connection-failure.ts';
import type { Answer } from './exchange.ts';

const charactersShown = 200;

/**
 * An answer's text as the JSON it should be. Throws `protocol_error` whose cause begins with what came instead; with
 * nothing of it where the answer is secret.
 */
export function parseJson<T>(
  schema: z.ZodType<T>,
  text: string,
  { url, status }: Pick<Answer, 'url' | 'status'>,
  { isSecret = false } = {},
): T {
  const cause = new Error(isSecret ? `${text.length} characters` : text.slice(0, charactersShown));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError(
      'protocol_error',
      `${shown(url)} answers ${status} with ${kindOf(text)} where JSON was due. Check the address; a proxy or a sign-in page may stand in between.`,
      { cause },
    );
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue?.path.join('.') || 'its outermost value';
  throw new AppError(
    'protocol_error',
    `${shown(url)} answers with JSON of another form than is known (${where}: ${issue?.message ?? 'unknown'}).`,
    { cause },
  );
}

function kindOf(text: string): string {
  if (text.trim() === '') return 'nothing';
  return looksLikeHtml(text) ? 'an HTML page' : 'something else';
}

/** Whether a text begins as web pages do. */
export function looksLikeHtml(text: string): boolean {
  return /^\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(text);
}
