import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import type { StoredRule } from '../../../db/queries/assignment-rules.ts';
import { lockUnstored, markReplayed, type ReplayableRow } from '../../../db/queries/rejected-rows-replay.ts';
import type { Interaction } from '../../rows/validate/interaction.ts';
import type { Services } from '../../services.ts';
import { ChunkBuffer } from '../store/chunk.ts';
import { storeFailure } from '../store/failure.ts';
import { fateOf } from '../store/fate.ts';
import { InteractionStore } from '../store/interaction-store.ts';
import type { OnExisting, SortedRows } from '../store/sort.ts';

/** What became of one row. */
export interface ReplayResult {
  id: number;
  outcome: 'imported' | 'updated' | 'duplicate' | 'rejected';
  /** Why it is rejected, or why nothing was done. */
  reason?: string;
}

/** A rejected row that is good by now. */
export interface GoodRow {
  row: ReplayableRow;
  interaction: Interaction;
}

interface StoreSettings {
  connectorId: number;
  onExisting: OnExisting;
  hasResultsTopic: boolean;
  rules: readonly StoredRule[];
}

const rowsAtOnce = 500;

/** What is told of a row that was stored by an earlier replay. */
export function replayedBefore(id: number): ReplayResult {
  return { id, outcome: 'duplicate', reason: 'It was replayed before.' };
}

/**
 * Stores rows of one item, in their order; that a row is replayed is written in the transaction that stores it. Of a row
 * that several people mended at once, the first one's text is stored.
 */
export async function storeReplayed(
  replay: { services: Services; accountId: number; by: string },
  rows: GoodRow[],
  settings: StoreSettings,
): Promise<ReplayResult[]> {
  const results: ReplayResult[] = [];
  for (const group of distinctGroups(rows)) results.push(...(await storeGroup(replay, group, settings)));
  return results;
}

/** Of one id, each row goes into a group of its own, so that what became of it is certain. */
function distinctGroups(rows: GoodRow[]): GoodRow[][] {
  const groups: GoodRow[][] = [];
  let ids = new Set<string>();
  for (const row of rows) {
    const { externalId } = row.interaction;
    const group = groups.at(-1);
    if (group && !ids.has(externalId) && group.length < rowsAtOnce) group.push(row);
    else {
      groups.push([row]);
      ids = new Set();
    }
    ids.add(externalId);
  }
  return groups;
}

async function storeGroup(
  { services: { database }, accountId, by }: { services: Services; accountId: number; by: string },
  group: GoodRow[],
  { connectorId, onExisting, hasResultsTopic, rules }: StoreSettings,
): Promise<ReplayResult[]> {
  const [first] = group;
  if (!first) return [];
  const { sourceItemId, executionId } = first.row;
  const origin = { accountId, connectorId, sourceItemId };
  const buffer = new ChunkBuffer(group.length);
  const mended = group.map(({ row, interaction }) => ({
    id: row.id,
    row: buffer.add(interaction, row.line, fateOf(interaction, rules)),
  }));
  const ids = mended.map(({ id }) => id);
  const batch = { buffer, rows: mended.map(({ row }) => row) };
  // In each attempt anew: with an attempt that is rolled back, its locks are gone.
  const enter = async (connection: PoolConnection) => {
    const unstored = await lockUnstored(connection, accountId, ids);
    batch.rows = mended.filter(({ id }) => unstored.has(id)).map(({ row }) => row);
    return sourceItemId;
  };
  const options = { origin, executionId, onExisting, hasResultsTopic, isBulk: false, enter };
  const store = new InteractionStore(database, options);
  let attempts = 0;
  try {
    const sorted = await transaction(database.pool, async (connection) => {
      if (attempts++ > 0) store.expectKnown();
      const written = await store.write(connection, batch);
      await markReplayed(connection, accountId, ids, by);
      return written;
    });
    return mended.map(({ id, row }) =>
      batch.rows.includes(row) ? { id, outcome: outcomeIn(sorted, row) } : replayedBefore(id),
    );
  } catch (thrown) {
    throw storeFailure(thrown);
  }
}

function outcomeIn({ added, changed }: SortedRows, row: SortedRows['added'][number]): ReplayResult['outcome'] {
  if (added.includes(row)) return 'imported';
  return changed.includes(row) ? 'updated' : 'duplicate';
}
