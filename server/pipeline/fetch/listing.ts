import { createHash } from 'node:crypto';
import type { Pool } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import {
  enterItems,
  type ItemPlace,
  type LedgerRow,
  type ListedItem,
  takeItems,
} from '../../../db/queries/source-items.ts';
import { AppError } from '../../../shared/error.ts';
import type { SourceItem } from '../../connectors/connector.ts';

/** Items that were listed and are not for this execution to read; those that are lie in the ledger as `ready`. */
export interface ListingCounts {
  unchanged: number;
  waiting: number;
}

const batchSize = 500;

/**
 * Compares what a source lists with the ledger, a batch at a time. New items, and those that failed before, become the
 * execution's to read; `unchanged` were read by an earlier one; `waiting` are still being written, or another execution
 * is reading them.
 */
export async function compareListing(
  pool: Pool,
  place: ItemPlace,
  executionId: Buffer,
  listing: AsyncIterable<SourceItem>,
  { signal, onProgress }: { signal: AbortSignal; onProgress(counts: ListingCounts): Promise<void> },
): Promise<ListingCounts> {
  const counts: ListingCounts = { unchanged: 0, waiting: 0 };
  for await (const batch of batches(listing)) {
    signal.throwIfAborted();
    const ready = batch.filter(({ readiness }) => readiness === 'ready');
    counts.waiting += batch.length - ready.length;
    const sorted = await takeBatch(pool, place, executionId, ready.map(listedItem));
    counts.unchanged += sorted.unchanged;
    counts.waiting += sorted.waiting;
    await onProgress(counts);
  }
  return counts;
}

async function* batches(listing: AsyncIterable<SourceItem>): AsyncGenerator<SourceItem[]> {
  let batch: SourceItem[] = [];
  for await (const item of listing) {
    batch.push(item);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function listedItem({ key, version }: SourceItem): ListedItem {
  return { key, keyHash: sha256(key), version };
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function takeBatch(pool: Pool, place: ItemPlace, executionId: Buffer, items: ListedItem[]): Promise<ListingCounts> {
  return transaction(pool, async (connection) => {
    const ledger = await enterItems(connection, place, executionId, items);
    const standings = new Map(ledger.map((row) => [nameOf(row), row]));
    const counts: ListingCounts = { unchanged: 0, waiting: 0 };
    const own: number[] = [];
    const others: number[] = [];
    for (const item of items) {
      const row = standings.get(nameOf(item));
      if (!row) throw new AppError('internal', `The ledger lost ${item.key} while it was entered.`);
      const isOwn = row.executionId.equals(executionId);
      if (row.state === 'done') counts.unchanged += isOwn ? 0 : 1;
      else if (isOwn) own.push(row.id);
      else if (isBeingRead(row)) counts.waiting++;
      else others.push(row.id);
    }
    await takeItems(connection, place.accountId, executionId, { own, others });
    return counts;
  });
}

function isBeingRead({ state, isHeld }: LedgerRow): boolean {
  return isHeld && state !== 'failed';
}

function nameOf({ keyHash, version }: Pick<ListedItem, 'keyHash' | 'version'>): string {
  return `${keyHash.toString('latin1')} ${version}`;
}
