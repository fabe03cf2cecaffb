import { databaseError } from '../../../db/failure.ts';
import { type Reader, saveProgress } from '../../../db/queries/source-items.ts';
import type { ItemPlace } from '../../../db/queries/source-ledger.ts';
import { type LedgerSums, sumItems } from '../../../db/queries/source-sums.ts';
import type { AppError, ErrorCode } from '../../../shared/error.ts';
import type { ItemCounts } from '../../../shared/execution.ts';
import type { LoadedConnector } from '../../connectors/load.ts';
import type { ListingCounts } from '../fetch/listing.ts';
import type { SourceOpener } from '../fetch/source-opener.ts';
import type { ExecutionRun } from '../run.ts';
import type { ImportBytes } from './bytes.ts';
import type { ImportSettings } from './settings.ts';
import type { WaitingList } from './waiting.ts';
import type { ImportWords } from './words.ts';

/** One import under way, as its phases share it. */
export interface ImportRun {
  run: ExecutionRun;
  connector: LoadedConnector;
  place: ItemPlace;
  source: SourceOpener;
  settings: ImportSettings;
  reader: Reader;
  listing: ListingCounts;
  waiting: WaitingList;
  bytes: ImportBytes;
  words: ImportWords;
  /** When the last item was listed; by `performance.now()`. */
  listedAtMs: number;
  shownAtMs: number;
  /** Before the second attempt to read an item, the third, … */
  itemPausesMs: readonly number[];
  /** How many items one after the other failed in spite of all attempts, by what passes. */
  lostInRow: number;
  /** Whether one has failed so by now. */
  hasLost: boolean;
}

/** Failures that end the run, whichever item was being read: the item is not at fault. */
const endOfRun: readonly ErrorCode[] = [
  'lease_lost',
  'cancelled',
  'database_unavailable',
  'database_failed',
  'internal',
];

/** Also a database without room; where there is none for an item's copy, others may still be small enough. */
export function endsRun({ code, cause }: AppError): boolean {
  return endOfRun.includes(code) || databaseError(cause) !== undefined;
}

/** After these the session is of no use any more; a new one is opened. */
export const lostSession: readonly ErrorCode[] = ['connection_lost', 'host_timeout', 'protocol_error'];

export const showEveryMs = 500;

/** Brings the execution's own counts up to date, not more often than somebody could look. */
export async function showProgress(current: ImportRun, { now = false } = {}): Promise<void> {
  const { run, reader, listing } = current;
  if (!now && performance.now() - current.shownAtMs < showEveryMs) return;
  const { items } = await countsOf(run, listing);
  await saveProgress(run.services.database.pool, reader, items);
  current.shownAtMs = performance.now();
}

export interface Counts {
  items: ItemCounts;
  sums: LedgerSums;
}

/** What was listed and what became of it, by the ledger. */
export async function countsOf(run: ExecutionRun, listing: ListingCounts): Promise<Counts> {
  const sums = await sumItems(run.services.database.pool, run.accountId, run.id);
  const { ready, reading, done, failed } = sums.items;
  const { unchanged } = listing;
  const waiting = listing.waiting + sums.items.waiting;
  return {
    sums,
    items: { listed: ready + reading + done + failed + unchanged + waiting, done, unchanged, waiting, failed },
  };
}
