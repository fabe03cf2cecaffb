import { AppError } from '../../../shared/error.ts';
import type { FormFields } from './read-form.ts';

/** The fields of a form as the values that their schema checks. Empty ones are as if they were not there. */
export function valuesOf(
  fields: FormFields,
  kinds: Readonly<Record<string, 'number' | 'boolean' | 'json'>>,
): Record<string, unknown> {
  const given = [...fields].filter(([name, text]) => text !== '' && name !== '__proto__');
  return Object.fromEntries(given.map(([name, text]) => [name, fieldValue(name, text, kinds[name])]));
}

/** What is no number and no boolean stays a text, so that the schema refuses it in its own words. */
function fieldValue(name: string, text: string, kind: 'number' | 'boolean' | 'json' | undefined): unknown {
  if (kind === 'number' && /^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$/.test(text)) return Number(text);
  if (kind === 'boolean' && /^\s*(true|false)\s*$/i.test(text)) return text.trim().toLowerCase() === 'true';
  return kind === 'json' ? parsed(name, text) : text;
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid', `${name} is not JSON: ${why}.`, { field: name, cause });
  }
}
