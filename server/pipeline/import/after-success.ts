import { databaseError } from '../../../db/failure.ts';
import { type AfterState, itemsToFinish, type ReadItem, writeAfterState } from '../../../db/queries/source-ledger.ts';
import { AppError } from '../../../shared/error.ts';
import type { AfterSuccess } from '../../connectors/connector.ts';
import { requireHeld } from '../../worker/fenced.ts';
import { sourceVersion } from '../fetch/versions.ts';
import { endsRun, type ImportRun, lostSession } from './run.ts';

const itemsAtOnce = 100;
/** When so many in a row fail for a reason that passes, the others are left to the next run. */
const failuresInRow = 3;

/**
 * Moves or deletes, at their source, items whose rows are stored: this run's, and those of earlier ones where it did not
 * work. Killed anywhere, the next run goes on: an item that is gone is done. What could not be moved, and what is kept
 * because of rejected rows, is told, as a note; nothing else follows from it, for the rows are here.
 */
export async function finishItems(current: ImportRun): Promise<string | undefined> {
  const { run, settings, place } = current;
  const { after_success: action } = settings;
  if (action === 'leave') return undefined;
  const failures: AppError[] = [];
  let finished = 0;
  let keptForRows = 0;
  let inRow = 0;
  for (let after = 0; inRow < failuresInRow; ) {
    const items = await itemsToFinish(run.services.database.pool, place, { after, limit: itemsAtOnce });
    if (items.length === 0) break;
    if (after === 0) await beginStep(current, action);
    await requireHeld(run.services.database.pool, run.work);
    for (const item of items) {
      after = item.id;
      if (isNeeded(item, action)) {
        await writeAfterState(run.services.database.pool, run.work, item.id, 'kept');
        keptForRows++;
        continue;
      }
      const { state, failure } = await finishItem(current, item, action);
      if (failure) failures.push(failure);
      if (state === 'done') finished++;
      inRow = failure?.kind === 'transient' ? inRow + 1 : 0;
      if (inRow === failuresInRow) break;
    }
  }
  const notes = [...failedNote(action, failures), ...keptNote(keptForRows)];
  if (finished > 0) run.log('info', `${filesOf(finished)} ${pastOf(action)} at ${current.connector.name}.`);
  for (const note of notes) run.log('warn', note.endsWith('.') ? note : `${note}.`);
  return notes.length === 0 ? undefined : notes.join(', ');
}

/**
 * Whether the file has what we do not have: of a rejected row only its beginning is kept. A moved file can still be looked
 * at, so it stays in its place only where nothing of it was taken.
 */
function isNeeded({ records, rejected }: ReadItem, action: AfterSuccess): boolean {
  return rejected > 0 && (action === 'delete' || rejected === records);
}

async function beginStep({ run, connector }: ImportRun, action: AfterSuccess): Promise<void> {
  await run.delivering();
  await run.step('deliver', `${action === 'move' ? 'Moving' : 'Deleting'} what was read at ${connector.name}`);
}

interface Finished {
  state: AfterState;
  /** Why it is not dealt with. */
  failure?: AppError;
}

async function finishItem(current: ImportRun, item: ReadItem, action: AfterSuccess): Promise<Finished> {
  const { run } = current;
  const finished = await attempt(current, item, action);
  await writeAfterState(run.services.database.pool, run.work, item.id, finished.state);
  return finished;
}

async function attempt(
  { run, source }: ImportRun,
  { key, size, modifiedAt, version, executionId }: ReadItem,
  action: AfterSuccess,
): Promise<Finished> {
  try {
    run.signal.throwIfAborted();
    const session = await source.session();
    if (!session.finish) return { state: 'kept' };
    await session.finish(
      { key, version: sourceVersion({ version, executionId }), size, modifiedAt, readiness: 'ready' },
      action,
    );
    return { state: 'done' };
  } catch (thrown) {
    const error = AppError.from(thrown, 'the import');
    // The rows are stored: what goes wrong unforeseen with the file itself must not undo that.
    const isOfFile = error.code === 'internal' && databaseError(error.cause) === undefined;
    if (run.signal.aborted || (endsRun(error) && !isOfFile)) throw thrown;
    if (error.code === 'item_changed') return { state: 'kept' };
    run.services.log.warn({ err: thrown, item: key }, `an item that was read could not be ${pastOf(action)}`);
    if (lostSession.includes(error.code)) await source.forget();
    return { state: 'failed', failure: error };
  }
}

function pastOf(action: AfterSuccess): string {
  return action === 'move' ? 'moved' : 'deleted';
}

function failedNote(action: AfterSuccess, failures: AppError[]): string[] {
  const [first] = failures;
  return first ? [`${filesOf(failures.length)} could not be ${pastOf(action)}: ${first.message}`] : [];
}

function keptNote(count: number): string[] {
  if (count === 0) return [];
  return [`${filesOf(count)} kept: some of ${count === 1 ? 'its' : 'their'} rows were rejected`];
}

function filesOf(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}
