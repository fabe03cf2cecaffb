import { isDeepStrictEqual } from 'node:util';

/** What saving did, or would do. */
export type Change = 'created' | 'updated' | 'unchanged';

export interface SaveOptions {
  by: string;
  /** The one to change; absent: one of that name, else a new one. */
  uid?: string | undefined;
  /** Only make a new one: a name that is taken is a conflict. */
  create?: boolean;
  /** Says what would happen and changes nothing. */
  dryRun?: boolean;
  /** Connectors that are about to be made in the same go. */
  alsoKnown?: readonly { name: string; direction?: unknown }[];
}

/** What storing `after` as JSON in the place of `before` is; `before` is undefined where nothing is stored. */
export function changeOf(before: unknown, after: unknown): Change {
  if (before === undefined) return 'created';
  return isDeepStrictEqual(before, JSON.parse(JSON.stringify(after))) ? 'unchanged' : 'updated';
}
