import { isDeepStrictEqual } from 'node:util';

/** What saving did, or would do. */
export type Change = 'created' | 'updated' | 'unchanged';

/** What storing `after` as JSON in the place of `before` is; `before` is undefined where nothing is stored. */
export function changeOf(before: unknown, after: unknown): Change {
  if (before === undefined) return 'created';
  return isDeepStrictEqual(before, JSON.parse(JSON.stringify(after))) ? 'unchanged' : 'updated';
}
