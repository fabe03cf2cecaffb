import type { Grant } from '../../../db/queries/conversation-caps.ts';
import type { RowCode } from '../../../shared/interaction.ts';
import type { ChunkRow } from './chunk.ts';

/** What happens to a row whose id is there already: it updates, is counted and left out, or is refused and listed. */
export type OnExisting = 'update' | 'skip' | 'reject';

/** What the table has under an external id. */
export interface Known {
  contentHash: string;
  /**
   * Who else brought it, by name. Only the connector that brought an interaction changes it; two sources would else take
   * turns for ever. Undefined: it is this one's own, or nobody's any more.
   */
  keptBy: string | undefined;
}

export interface Refusal {
  row: ChunkRow;
  code: Extract<RowCode, 'duplicate' | 'cap_exceeded'>;
  reason: string;
  /** Of one that may be taken later. */
  retryAfterSeconds?: number;
}

/** Said wherever an interaction is refused because its id is there. */
export function isThereAlready(externalId: string): string {
  return `An interaction with external_interaction_id "${externalId}" is there already.`;
}

export interface SortedRows {
  added: ChunkRow[];
  changed: ChunkRow[];
  /** Rows that were not taken though nothing is wrong with them; counted nowhere else. */
  refused: Refusal[];
  imported: number;
  updated: number;
  duplicate: number;
  /** Of the duplicates those that say something else, by the name of who keeps them as they are. */
  kept: ReadonlyMap<string, number>;
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
  const refused: Refusal[] = [];
  const kept = new Map<string, number>();
  let imported = 0;
  let updated = 0;
  for (const row of rows) {
    const { externalId } = row;
    const standing = standings.get(externalId) ?? standingOf(known.get(externalId));
    if (!standing) {
      imported++;
      standings.set(externalId, { contentHash: row.contentHash, keptBy: undefined, isNew: true, row });
      continue;
    }
    standings.set(externalId, standing);
    if (onExisting === 'reject') {
      refused.push({ row, code: 'duplicate', reason: isThereAlready(externalId) });
      continue;
    }
    if (standing.contentHash === row.contentHash || onExisting === 'skip') continue;
    const { keptBy } = standing;
    if (keptBy !== undefined) {
      kept.set(keptBy, (kept.get(keptBy) ?? 0) + 1);
      continue;
    }
    updated++;
    standing.contentHash = row.contentHash;
    standing.row = row;
  }
  const added: ChunkRow[] = [];
  const changed: ChunkRow[] = [];
  for (const { isNew, row } of standings.values()) if (row) (isNew ? added : changed).push(row);
  const duplicate = rows.length - imported - updated - refused.length;
  return { added, changed, refused, imported, updated, duplicate, kept };
}

function standingOf(known: Known | undefined): Standing | undefined {
  return known && { ...known, isNew: false, row: undefined };
}

/** The first of the new rows, as many as were granted; the others are refused. */
export function keepOf({ added, refused, imported, ...others }: SortedRows, grant: Grant): SortedRows {
  const { count, ...why } = grant;
  const beyond = added.slice(count).map((row): Refusal => ({ row, code: 'cap_exceeded', ...why }));
  return {
    ...others,
    added: added.slice(0, count),
    refused: [...refused, ...beyond],
    imported: imported - beyond.length,
  };
}
