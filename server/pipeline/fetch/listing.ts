import { hash } from 'node:crypto';
import type { Pool, PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import {
  enterItems,
  findItems,
  type ItemPlace,
  type LedgerRow,
  type ListedItem,
  ledgerNow,
  openExecutions,
  retireItems,
  takeItems,
} from '../../../db/queries/source-ledger.ts';
import type { NewWaitingItem } from '../../../db/queries/waiting-items.ts';
import { AppError } from '../../../shared/error.ts';
import type { SourceItem } from '../../connectors/connector.ts';

/** Items that were listed and are not for this execution to read; those that are lie in the ledger as `ready`. */
export interface ListingCounts {
  unchanged: number;
  waiting: number;
}

export interface ListingOptions {
  signal: AbortSignal;
  /** Throws `lease_lost` where the claim under which items are taken was lost; else nobody takes it over before the end. */
  hold?(connection: PoolConnection): Promise<void>;
  /** The version under which the ledger knows a listed one. */
  ledgerVersion?: (version: string) => string;
  /** Items that wait, with the reason; called for some of them at once. */
  onWaiting(items: NewWaitingItem[]): Promise<void>;
  onProgress(counts: ListingCounts): Promise<void>;
}

const batchSize = 1000;
const heldElsewhere = 'another run is reading it';

/**
 * Compares what a source lists with the ledger, a batch at a time: while one is compared, the next is listed. New items,
 * and those that failed or waited before, become the execution's to read; `unchanged` were read by an earlier one;
 * `waiting` are still being written, or another execution is reading them. What is listed where we moved or deleted an
 * item before is new, even if it looks the same.
 */
export async function compareListing(
  pool: Pool,
  place: ItemPlace,
  executionId: Buffer,
  listing: AsyncIterable<SourceItem>,
  options: ListingOptions,
): Promise<ListingCounts> {
  const counts: ListingCounts = { unchanged: 0, waiting: 0 };
  const taker: Taker = { place, executionId, beganAt: await ledgerNow(pool) };
  const compare = async (batch: SourceItem[]) => {
    const sorted = await compareBatch(pool, taker, batch, options);
    counts.unchanged += sorted.unchanged;
    counts.waiting += sorted.waiting.length;
    await options.onWaiting(sorted.waiting);
    await options.onProgress(counts);
  };
  let comparing: Promise<void> = Promise.resolve();
  try {
    for await (const batch of batches(listing)) {
      await comparing;
      options.signal.throwIfAborted();
      comparing = compare(batch);
      // Its failure is met at the next await; until then it must not count as unhandled.
      comparing.catch(() => undefined);
    }
  } finally {
    await comparing;
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

/** For whom items are taken. */
interface Taker {
  place: ItemPlace;
  executionId: Buffer;
  /** When the listing began, by the ledger's clock. */
  beganAt: Date;
  hold?: ListingOptions['hold'];
}

interface SortedBatch {
  unchanged: number;
  waiting: NewWaitingItem[];
}

async function compareBatch(
  pool: Pool,
  taker: Taker,
  batch: SourceItem[],
  { ledgerVersion = (version) => version, hold }: ListingOptions,
): Promise<SortedBatch> {
  const sorted: SortedBatch = { unchanged: 0, waiting: [] };
  const ready: ListedItem[] = [];
  for (const { key, version, size, modifiedAt, readiness } of batch) {
    const keyHash = sha256(key);
    if (readiness === 'ready') ready.push({ key, keyHash, version: ledgerVersion(version), size, modifiedAt });
    else sorted.waiting.push({ key, keyHash, size, reason: readiness.waiting });
  }
  const toTake = await unread(pool, taker, ready, sorted);
  if (toTake.length > 0) await takeBatch(pool, { ...taker, hold }, toTake, sorted);
  return sorted;
}

/**
 * Those that are not simply known. Most of what is listed was read long ago, so this only looks; it locks and writes
 * nothing.
 */
async function unread(pool: Pool, taker: Taker, items: ListedItem[], sorted: SortedBatch): Promise<ListedItem[]> {
  const { place, executionId } = taker;
  const known = byName(
    await findItems(
      pool,
      place,
      items.map(({ keyHash }) => keyHash),
    ),
  );
  return items.filter((item) => {
    const row = known.get(nameOf(item));
    if (!row || isGone(row, taker)) return true;
    const isOwn = row.executionId.equals(executionId);
    if (row.state === 'done' && !isOwn) sorted.unchanged++;
    return row.state !== 'done' && !(isOwn && row.state === 'ready');
  });
}

async function takeBatch(pool: Pool, taker: Taker, items: ListedItem[], sorted: SortedBatch): Promise<void> {
  const { place, executionId, hold } = taker;
  const { unchanged, waiting } = await transaction(pool, async (connection) => {
    await hold?.(connection);
    const nothing: SortedBatch = { unchanged: 0, waiting: [] };
    if ((await enterItems(connection, place, executionId, items)) === items.length) return nothing;
    return await takeKnown(connection, taker, items);
  });
  sorted.unchanged += unchanged;
  sorted.waiting.push(...waiting);
}

/** Not all of them were new: some failed or waited before, or somebody else has them. */
async function takeKnown(connection: PoolConnection, taker: Taker, items: ListedItem[]): Promise<SortedBatch> {
  const { place, executionId } = taker;
  const keyHashes = items.map(({ keyHash }) => keyHash);
  const rows = await findItems(connection, place, keyHashes, { lock: true });
  const others = rows.filter(({ state, executionId: id }) => state !== 'done' && !id.equals(executionId));
  const open = await openExecutions(connection, distinct(others));
  const taken = { own: [] as number[], others: [] as number[] };
  const again: ListedItem[] = [];
  const gone: number[] = [];
  const result: SortedBatch = { unchanged: 0, waiting: [] };
  const ledger = byName(rows);
  for (const item of items) {
    const row = ledger.get(nameOf(item));
    if (!row) throw new AppError('internal', `The ledger lost ${item.key} while it was entered.`);
    const isOwn = row.executionId.equals(executionId);
    if (isGone(row, taker)) {
      gone.push(row.id);
      again.push(item);
    } else if (row.state === 'done') result.unchanged += isOwn ? 0 : 1;
    else if (isOwn && row.state !== 'ready') taken.own.push(row.id);
    else if (isOwn) continue;
    else if (isBeingRead(row, open)) result.waiting.push({ ...item, reason: heldElsewhere });
    else taken.others.push(row.id);
  }
  await takeItems(connection, place.accountId, executionId, taken);
  await retireItems(connection, place.accountId, gone);
  await enterItems(connection, place, executionId, again);
  return result;
}

/** One that we moved or deleted before this listing began. */
function isGone({ finishedAt }: LedgerRow, { beganAt }: Taker): boolean {
  return finishedAt !== undefined && finishedAt < beganAt;
}

function isBeingRead({ state, executionId }: LedgerRow, open: Buffer[]): boolean {
  return state !== 'failed' && open.some((id) => id.equals(executionId));
}

function distinct(rows: LedgerRow[]): Buffer[] {
  return [...new Map(rows.map(({ executionId }) => [executionId.toString('latin1'), executionId])).values()];
}

function byName(rows: LedgerRow[]): Map<string, LedgerRow> {
  return new Map(rows.map((row) => [nameOf(row), row]));
}

function nameOf({ keyHash, version }: Pick<ListedItem, 'keyHash' | 'version'>): string {
  return `${keyHash.toString('latin1')} ${version}`;
}

export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
