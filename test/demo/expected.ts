import type { ItemCounts, RowCounts } from '../../shared/execution.ts';

/** What test/samples/calls.csv holds: fourteen rows, three of them broken, two whose recording cannot be had. */
export const expected = {
  items: { listed: 1, done: 1, unchanged: 0, waiting: 0, failed: 0 } satisfies ItemCounts,
  counts: { listed: 14, imported: 11, updated: 0, duplicate: 0, rejected: 3 } satisfies RowCounts,
  recordings: { waiting: 0, here: 7, failed: 2 },
  analysed: 9,
  reportRows: 9,
};

export type Shown = { title: string; expected: unknown; seen: unknown };

/** Those of the counts that are not as they should be. */
export function differences(counts: Shown[]): Shown[] {
  return counts.filter((count) => JSON.stringify(count.expected) !== JSON.stringify(count.seen));
}
