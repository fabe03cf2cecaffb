import type { Field } from './fields.ts';
import { type Values, valueAt, withValue } from './values.ts';

/** Where the other side's host key is pinned, for a type that has such a field. */
export function hostKeyField(fields: Field[]): Field | undefined {
  return fields.find(({ kind }) => kind === 'host-key');
}

/**
 * Whether what a test of the values `tried` showed holds for `values` as well: they are the same, or the host key that
 * the test saw was pinned since.
 */
export function isAsTried(fields: Field[], tried: Values, values: Values, seenHostKey: string | undefined): boolean {
  const path = hostKeyField(fields)?.path;
  const isPinned = path !== undefined && seenHostKey !== undefined && valueAt(values, path) === seenHostKey;
  const text = (all: Values) => JSON.stringify(isPinned ? withValue(all, path, undefined) : all);
  return text(tried) === text(values);
}
