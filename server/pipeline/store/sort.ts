import type { ChunkRow } from './chunk.ts';

export type OnExisting = 'update' | 'skip';

/** What the table has under an external id. */
export interface Known {
  contentHash: string;
  /** Only the connector that brought an interaction changes it; two sources would else take turns for ever. */
  isOwn: boolean;
}

export interface SortedRows {
  added: ChunkRow[];
  changed: ChunkRow[];
  imported: number;
  updated: number;
  duplicate: number;
}

interface Standing extends Known {
  isNew: boolean;
  /** The row that will stand in the table; undefined while it is the one that stands there. */
  row: ChunkRow | undefined;
}

/**
 * Decides what becomes of each row, as if they were stored one after the other: the first of an id is imported, an equal
 * one is a duplicate, another one updates it. Only the last state of each id is written.
 */
export function sortRows(
  rows: readonly ChunkRow[],
  known: ReadonlyMap<string, Known>,
  onExisting: OnExisting,
): SortedRows {
  const standings = new Map<string, Standing>();
  let imported = 0;
  let updated = 0;
  for (const row of rows) {
    const { externalId } = row;
    const standing = standings.get(externalId) ?? standingOf(known.get(externalId));
    if (!standing) {
      imported++;
      standings.set(externalId, { contentHash: row.contentHash, isOwn: true, isNew: true, row });
      continue;
    }
    standings.set(externalId, standing);
    if (standing.contentHash === row.contentHash || !standing.isOwn || onExisting === 'skip') continue;
    updated++;
    standing.contentHash = row.contentHash;
    standing.row = row;
  }
  const added: ChunkRow[] = [];
  const changed: ChunkRow[] = [];
  for (const { isNew, row } of standings.values()) if (row) (isNew ? added : changed).push(row);
  return { added, changed, imported, updated, duplicate: rows.length - imported - updated };
}

function standingOf(known: Known | undefined): Standing | undefined {
  return known && { ...known, isNew: false, row: undefined };
}
