import { requeueFailedRecordings } from '../../../db/queries/recording-requeue.ts';
import { leaveItems } from '../../../db/queries/source-ledger.ts';
import { AppError, errorCodes } from '../../../shared/error.ts';
import { pausesWhileAway } from '../../backoff.ts';
import { requireHeld } from '../../worker/fenced.ts';
import { sha256 } from '../fetch/listing.ts';
import { SourceOpener } from '../fetch/source-opener.ts';
import type { ExecutionRun, ImportOutcome } from '../run.ts';
import { finishItems } from './after-success.ts';
import { ImportBytes } from './bytes.ts';
import { listItems } from './listing.ts';
import { outcomeOf, withNotes } from './outcome.ts';
import { readItems } from './reading.ts';
import { retriedByItems, takeFailed } from './retry.ts';
import { countsOf, endsRun, type ImportRun } from './run.ts';
import { readImportSettings } from './settings.ts';
import { WaitingList } from './waiting.ts';
import { fetchedAgain, ImportWords } from './words.ts';

export interface ImportOptions {
  /** Before the second attempt to read an item, the third, …; there are no more attempts than that. */
  itemPausesMs?: readonly number[];
}

/**
 * Brings in what a connector offers and the ledger does not have: list, each item's rows, then what is to become of the
 * items themselves. A failing item does not stop the others. Run again after it was killed, it goes on where it was and
 * ends as if nothing had happened. Throws when it was aborted, when the lease was lost and when the database fails:
 * somebody goes on later.
 */
export async function runImport(
  run: ExecutionRun,
  { itemPausesMs = pausesWhileAway(run) }: ImportOptions = {},
): Promise<ImportOutcome> {
  const connector = run.connectors[0];
  if (!connector?.type.source)
    throw new AppError('invalid', 'The job has no connector that data can be imported from.');
  const listing = { unchanged: 0, waiting: 0 };
  try {
    await run.step('list', `Looking for new items at ${connector.name}`);
    const settings = await readImportSettings(run);
    await using source = new SourceOpener(run, connector);
    const locationHash = sha256(connector.type.location(connector.config));
    return await importAll({
      ...{ run, connector, source, settings, listing, listedAtMs: 0, shownAtMs: 0 },
      ...{ itemPausesMs, lostInRow: 0, hasLost: false },
      place: { accountId: run.accountId, connectorId: connector.id, locationHash },
      reader: { executionId: run.id, work: run.work },
      waiting: new WaitingList(run),
      bytes: new ImportBytes(run),
      words: new ImportWords(),
    });
  } catch (thrown) {
    return await sourceFailed(run, listing, thrown);
  }
}

async function importAll(current: ImportRun): Promise<ImportOutcome> {
  const { run, listing, settings, source } = current;
  const retried = await retriedByItems(run);
  if (retried) await takeFailed(current, retried);
  else await listItems(current);
  const again = retried ? 0 : await fetchAgain(current);
  if (again > 0) run.log('info', `${fetchedAgain(again)}.`);
  await run.step('store', ['Storing the rows of new items', ...(again > 0 ? [fetchedAgain(again)] : [])].join('. '));
  await readItems(current);
  current.words.kept(current);
  const outcome = outcomeOf(await countsOf(run, listing), settings.max_rejected_percent);
  const notes = source.notes();
  for (const note of notes) run.log('info', `${note}.`);
  if (outcome.status === 'handler_failed') {
    // A file whose rows were refused must stay where it is; the next run would move or delete it.
    await leaveItems(run.services.database.pool, run.work);
    return withNotes(outcome, notes);
  }
  return withNotes(outcome, [...notes, await finishItems(current)]);
}

/**
 * What passes: the recording could not be had at the time, and nobody is to blame for it. What failed inside the
 * program would fail again, and be told of again, with every run, which an inbox has with every upload: a person retries
 * that.
 */
const passing = Object.entries(errorCodes)
  .filter(([, { kind }]) => kind === 'transient')
  .map(([code]) => code);

/** The source answers now, so what it could not give the last time is worth another try: says of how many interactions. */
async function fetchAgain({ run, connector }: ImportRun): Promise<number> {
  await requireHeld(run.services.database.pool, run.work);
  return await requeueFailedRecordings(run.services.database.pool, run.accountId, connector.id, passing);
}

/** The source cannot be reached or listed: the execution has failed. Everything else is for the caller. */
async function sourceFailed(run: ExecutionRun, listing: ImportRun['listing'], thrown: unknown): Promise<ImportOutcome> {
  const error = AppError.from(thrown, 'the import');
  if (run.signal.aborted || endsRun(error)) throw thrown;
  if (error.kind === 'system') throw error;
  run.services.log.warn({ err: thrown }, 'the source cannot be read');
  const { items, sums } = await countsOf(run, listing);
  // What it found and did not get to is the next run's.
  const waiting = items.listed - items.done - items.unchanged - items.failed;
  const failure = { code: error.code, message: error.message };
  return { status: 'handler_failed', items: { ...items, waiting }, counts: sums.rows, error: failure };
}
