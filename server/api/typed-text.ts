import { z } from 'zod';
import { AppError } from '../../shared/error.ts';
import { parseWholeJson } from './json.ts';

/**
 * Texts of an address or a form, by name, as the values that a schema of an object asks for: numbers, booleans, and JSON
 * for what has parts. What is none of these stays a text, so that the schema refuses it in its own words. Throws
 * `invalid` for JSON that cannot be read.
 */
export function typedValues(schema: z.ZodType, texts: Iterable<[string, string]>): Record<string, unknown> {
  const kinds = kindsOf(schema);
  // Made so, `__proto__` is a name like any other, for the schema to refuse.
  return Object.fromEntries(Array.from(texts).map(([name, text]) => [name, typed(name, text, kinds.get(name))]));
}

function typed(name: string, text: string, kind: string | undefined): unknown {
  if (kind === 'integer' && wholeNumber.test(text)) return countable(Number(text));
  if ((kind === 'integer' || kind === 'number') && decimal.test(text)) return Number(text);
  if (kind === 'boolean' && trueOrFalse.test(text)) return text.trim().toLowerCase() === 'true';
  return kind === 'object' || kind === 'array' ? parsed(name, text) : text;
}

const wholeNumber = /^\s*[+-]?\d+\s*$/;
const decimal = /^\s*[+-]?\d+(\.\d+)?\s*$/;
const trueOrFalse = /^\s*(true|false)\s*$/i;

/** Larger numbers lose digits: they count as the largest that does not, and each field's own bounds decide. */
function countable(value: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
}

function parsed(name: string, text: string): unknown {
  try {
    return parseWholeJson(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid', `${name} is not JSON: ${why.replace(/\.$/, '')}.`, { field: name, cause });
  }
}

const known = new WeakMap<z.ZodType, Map<string, string | undefined>>();

/** Which JSON type each field has, by the schema's own account. */
function kindsOf(schema: z.ZodType): Map<string, string | undefined> {
  const made = known.get(schema);
  if (made) return made;
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const kinds = new Map(Object.entries(properties).map(([name, property]) => [name, kindOf(property)]));
  known.set(schema, kinds);
  return kinds;
}

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** Of a field that may be null, what it is otherwise. */
function kindOf(property: JsonSchema): string | undefined {
  if (typeof property === 'boolean') return undefined;
  const kinds = property.anyOf?.map(kindOf) ?? [property.type].flat();
  return kinds.find((kind) => kind !== undefined && kind !== 'null');
}
