/** A place in a list ordered by (time, id). */
export interface Place {
  at: Date;
  id: Buffer;
}

/** One of the stretches of an index that a page is read from. */
export interface Stretch {
  sql: string;
  values: unknown[];
}

export type Direction = 'oldest_first' | 'newest_first';

/**
 * What lies beyond a place, as stretches of the index to be read one after the other: the rest of its own moment, then
 * the moments after it. In one condition, `(at, id) > (?, ?)` in any writing, a moment that many rows share (a file
 * without start times) would be read from its beginning for every page.
 */
export function beyond(place: Place | undefined, columns: { at: string; id: string }, direction: Direction): Stretch[] {
  if (!place) return [{ sql: 'TRUE', values: [] }];
  const sign = direction === 'oldest_first' ? '>' : '<';
  return [
    { sql: `${columns.at} = ? AND ${columns.id} ${sign} ?`, values: [place.at, place.id] },
    { sql: `${columns.at} ${sign} ?`, values: [place.at] },
  ];
}

/** Reads the stretches in order until there are `limit` rows. */
export async function readStretches<Row>(
  stretches: Stretch[],
  limit: number,
  read: (stretch: Stretch, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const stretch of stretches) {
    if (rows.length === limit) break;
    rows.push(...(await read(stretch, limit - rows.length)));
  }
  return rows;
}
