import { AppError } from '../../shared/error.ts';
import type { Endpoint } from './endpoint.ts';
import { typedValues } from './typed-text.ts';
import { validate } from './validate.ts';

/** The part of an address behind `?`, checked. */
export function readQuery({ query: schema }: Endpoint, url: string): unknown {
  if (!schema) return undefined;
  const mark = url.indexOf('?');
  const given = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  // Ignored as other unknown names are.
  given.delete('__proto__');
  const names = new Set<string>();
  for (const name of given.keys()) {
    if (names.has(name)) throw new AppError('invalid', `${name} is given twice. Give it once.`, { field: name });
    names.add(name);
  }
  return validate(schema, typedValues(schema, given));
}
