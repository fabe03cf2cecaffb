import { AppError } from '../../shared/error.ts';

/** Far more than any object of a call has, and few enough to be looked at one by one. */
const fieldsMost = 200;
const shownLength = 60;

/** A field's path as it is told: of a long name only its beginning. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.map((step) => shown(String(step))).join('.');
}

function shown(name: string): string {
  if (name.length <= shownLength) return name;
  // What is cut may be a pair of surrogates.
  return `${name.slice(0, shownLength).replace(/\p{Surrogate}$/u, '')}…`;
}

/**
 * Refuses an object, and those in it, that no schema needs to look at: for each unknown field a schema makes a problem,
 * and a field called `__proto__` it would drop without a word. `keysMost` tells what a part has at most where less is
 * known to be enough. What stands in arrays is not looked at. Throws `invalid`.
 */
export function refuseNames(
  value: unknown,
  at: readonly PropertyKey[],
  keysMost: (path: readonly PropertyKey[]) => number | undefined,
  inside: readonly PropertyKey[] = [],
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const path = [...at, ...inside];
  if (Object.hasOwn(value, '__proto__')) {
    const field = pathText([...path, '__proto__']);
    throw new AppError('invalid', `${field} is no name that a field can have`, { field });
  }
  const fields = Object.entries(value);
  const most = keysMost(inside) ?? fieldsMost;
  if (fields.length > most) {
    const field = pathText(path);
    throw new AppError('invalid', `${field || 'The body'} must not exceed ${most} keys`, { field: field || 'body' });
  }
  for (const [name, inner] of fields) refuseNames(inner, at, keysMost, [...inside, name]);
}
