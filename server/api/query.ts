import { z } from 'zod';
import { AppError } from '../../shared/error.ts';
import type { Endpoint } from './endpoint.ts';
import { validate } from './validate.ts';

const nothing = new URLSearchParams();

/** The part of an address behind `?`, checked: texts become the numbers and booleans that the schema asks for. */
export function readQuery({ query: schema }: Endpoint, url: string): unknown {
  if (!schema) return undefined;
  const mark = url.indexOf('?');
  const given = mark === -1 ? nothing : new URLSearchParams(url.slice(mark + 1));
  const kinds = kindsOf(schema);
  const values: Record<string, unknown> = {};
  for (const [name, text] of given) {
    if (Object.hasOwn(values, name))
      throw new AppError('invalid', `${name} is given twice. Give it once.`, { field: name });
    if (Object.hasOwn(kinds, name)) values[name] = typed(text, kinds[name]);
    else if (name !== '__proto__') values[name] = text;
  }
  return validate(schema, values);
}

/** What is no number stays a text, so that the schema refuses it in its own words. */
function typed(text: string, kind: string | undefined): unknown {
  if ((kind === 'number' || kind === 'integer') && /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

const known = new WeakMap<z.ZodType, Record<string, string | undefined>>();

/** Which JSON type each field has, by the schema's own account. */
function kindsOf(schema: z.ZodType): Record<string, string | undefined> {
  const made = known.get(schema);
  if (made) return made;
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const kinds = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      typeof property === 'object' && typeof property.type === 'string' ? property.type : undefined,
    ]),
  );
  known.set(schema, kinds);
  return kinds;
}
