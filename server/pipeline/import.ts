import { databaseError } from '../../db/failure.ts';
import { requeueFailedRecordings } from '../../db/queries/recordings.ts';
import {
  endItem,
  type LedgerSums,
  nextReadyItems,
  type Reader,
  type ReadyItem,
  saveProgress,
  sumItems,
} from '../../db/queries/source-items.ts';
import { AppError, type ErrorCode, errorCodes, type Failure } from '../../shared/error.ts';
import type { ItemCounts } from '../../shared/execution.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import { WorkAborted } from '../worker/abort.ts';
import { compareListing, type ListingCounts, sha256 } from './fetch/listing.ts';
import { SourceOpener } from './fetch/source-opener.ts';
import { importItem } from './import-item.ts';
import { outcomeOf } from './import-outcome.ts';
import { type ImportSettings, readImportSettings } from './import-settings.ts';
import type { ExecutionRun, ImportOutcome } from './run.ts';
import { readRows } from './validate/rows.ts';

/** Failures that end the run, whichever item was being read: the item is not at fault. */
const endOfRun: readonly ErrorCode[] = [
  'lease_lost',
  'cancelled',
  'database_unavailable',
  'database_failed',
  'internal',
];

/** Also a database without room; where there is none for an item's copy, others may still be small enough. */
function endsRun({ code, cause }: AppError): boolean {
  return endOfRun.includes(code) || databaseError(cause) !== undefined;
}

/** After these the session is of no use any more; a new one is opened. */
const lostSession: readonly ErrorCode[] = ['connection_lost', 'host_timeout', 'protocol_error'];
const itemsAtOnce = 100;
const showEveryMs = 500;

interface Import {
  run: ExecutionRun;
  connector: LoadedConnector;
  source: SourceOpener;
  settings: ImportSettings;
  reader: Reader;
  listing: ListingCounts;
  shownAtMs: number;
}

/**
 * Brings in what a connector offers and the ledger does not have: list, then each item's rows. A failing item does not
 * stop the others. Run again after it was killed, it goes on where it was and ends as if nothing had happened. Throws
 * when it was aborted, when the lease was lost and when the database fails: somebody goes on later.
 */
export async function runImport(run: ExecutionRun): Promise<ImportOutcome> {
  const connector = run.connectors[0];
  if (!connector?.type.source)
    throw new AppError('invalid', 'The job has no connector that data can be imported from.');
  const reader = { executionId: run.id, work: run.work };
  const listing = { unchanged: 0, waiting: 0 };
  try {
    await run.step('list', `Looking for new items at ${connector.name}`);
    const settings = await readImportSettings(run);
    await using source = new SourceOpener(run, connector);
    const current: Import = { run, connector, source, settings, reader, listing, shownAtMs: 0 };
    await listItems(current);
    const again = await fetchAgain(current);
    await run.step(
      'store',
      `Storing the rows of new items${again > 0 ? `; ${again} recordings are fetched again` : ''}`,
    );
    await readItems(current);
    return outcomeOf(await countsOf(run, listing), settings.max_rejected_percent);
  } catch (thrown) {
    return await sourceFailed(run, listing, thrown);
  }
}

/** What passes: the recording could not be had at the time, and nobody is to blame for it. */
const passing = Object.entries(errorCodes)
  .filter(([, { kind }]) => kind !== 'config')
  .map(([code]) => code);

/** The source answers now, so recordings that it could not give the last time are worth another try. */
function fetchAgain({ run, connector }: Import): Promise<number> {
  return requeueFailedRecordings(run.services.database.pool, run.accountId, connector.id, passing);
}

async function listItems(current: Import): Promise<void> {
  const { run, connector, source, listing } = current;
  const { accountId, id, signal } = run;
  const locationHash = sha256(connector.type.location(connector.config));
  const place = { accountId, connectorId: connector.id, locationHash };
  const session = await source.session();
  await compareListing(run.services.database.pool, place, id, session.list(), {
    signal,
    async onProgress(counts) {
      Object.assign(listing, counts);
      await showProgress(current);
    },
  });
}

async function readItems(current: Import): Promise<void> {
  const { run, reader } = current;
  const { pool } = run.services.database;
  for (let after = 0; ; ) {
    const items = await nextReadyItems(pool, run.accountId, run.id, { after, limit: itemsAtOnce });
    for (const item of items) {
      after = item.id;
      const failure = await readItem(current, item);
      if (!(await endItem(pool, reader, item.id, failure))) throw new WorkAborted('lease_lost');
      await showProgress(current);
    }
    if (items.length === 0) break;
  }
  current.shownAtMs = 0;
  await showProgress(current);
}

/** Undefined where the item's rows are stored; its failure in words where they are not. */
async function readItem(
  { run, connector, source, settings, reader }: Import,
  item: ReadyItem,
): Promise<Failure | undefined> {
  const session = await source.session();
  try {
    run.signal.throwIfAborted();
    const { services, signal, accountId } = run;
    await importItem({ services, signal, accountId, connectorId: connector.id }, item, {
      reader,
      rules: settings.rules,
      onExisting: settings.on_existing,
      open: () => session.read({ key: item.key, version: item.version, size: undefined, readiness: 'ready' }),
      rows: (scratch) => readRows(scratch, settings),
    });
    return undefined;
  } catch (thrown) {
    const error = AppError.from(thrown, 'the import');
    if (run.signal.aborted || endsRun(error)) throw thrown;
    run.services.log.warn({ err: thrown, item: item.key }, 'an item could not be read');
    if (lostSession.includes(error.code)) await source.forget();
    return { code: error.code, message: `${item.key}: ${error.message}` };
  }
}

/** Brings the execution's own counts up to date, not more often than somebody could look. */
async function showProgress(current: Import): Promise<void> {
  const { run, reader, listing } = current;
  if (performance.now() - current.shownAtMs < showEveryMs) return;
  const { items } = await countsOf(run, listing);
  await saveProgress(run.services.database.pool, reader, items);
  current.shownAtMs = performance.now();
}

interface Counts {
  items: ItemCounts;
  sums: LedgerSums;
}

/** What was listed and what became of it, by the ledger. */
async function countsOf(run: ExecutionRun, { unchanged, waiting }: ListingCounts): Promise<Counts> {
  const sums = await sumItems(run.services.database.pool, run.accountId, run.id);
  const { ready, reading, done, failed } = sums.items;
  return {
    sums,
    items: { listed: ready + reading + done + failed + unchanged + waiting, done, unchanged, waiting, failed },
  };
}

/** The source cannot be reached or listed: the execution has failed. Everything else is for the caller. */
async function sourceFailed(run: ExecutionRun, listing: ListingCounts, thrown: unknown): Promise<ImportOutcome> {
  const error = AppError.from(thrown, 'the import');
  if (run.signal.aborted || endsRun(error)) throw thrown;
  if (error.kind === 'system') throw error;
  run.services.log.warn({ err: thrown }, 'the source cannot be read');
  const { items, sums } = await countsOf(run, listing);
  const listed = items.done + items.unchanged + items.waiting + items.failed;
  const failure = { code: error.code, message: error.message };
  return { status: 'handler_failed', items: { ...items, listed }, counts: sums.rows, error: failure };
}
