import { transaction } from '../../../db/database.ts';
import {
  type Requeued,
  requeueAnalysesOf,
  requeueRecordingsOf,
  requeueUnscoredOf,
  takeFailedItems,
} from '../../../db/queries/execution-requeue.ts';
import { hasListed, retryChain } from '../../../db/queries/execution-retry.ts';
import { readExecution } from '../../../db/queries/executions.ts';
import { counted } from '../../words.ts';
import { requireHeld } from '../../worker/fenced.ts';
import type { ExecutionRun } from '../run.ts';
import { countsOf, type ImportRun, showProgress } from './run.ts';
import { fetchedAgain } from './words.ts';

/**
 * The execution that this one retries, the one that that one retried, and so on, where what failed in them is known item by
 * item. Undefined: everything is to be listed.
 */
export async function retriedByItems({ services, accountId, retryOf }: ExecutionRun): Promise<Buffer[] | undefined> {
  if (!retryOf) return undefined;
  const { pool } = services.database;
  const chain = await retryChain(pool, accountId, retryOf);
  const retried = await readExecution(pool, accountId, retryOf);
  const isUnlisted = retried?.status === 'handler_failed' && !(await hasListed(pool, accountId, chain));
  return isUnlisted ? undefined : chain;
}

/** In the place of a listing: takes the items that failed, and has failed recordings, transcripts and analyses done again. */
export async function takeFailed(current: ImportRun, retried: readonly Buffer[]): Promise<void> {
  const { run, place, listing, bytes } = current;
  const { elsewhere } = await transaction(run.services.database.pool, async (connection) => {
    await requireHeld(connection, run.work);
    return await takeFailedItems(connection, place, { from: retried, to: run.id });
  });
  // Nothing was listed just now that somebody might still be writing.
  current.listedAtMs = Number.NEGATIVE_INFINITY;
  await bytes.begin();
  await showProgress(current, { now: true });
  const { items } = await countsOf(run, listing);
  run.log('info', `${counted(items.listed, 'item')} to read again; what was read before is left as it is.`);
  if (elsewhere > 0)
    run.log(
      'warn',
      `${counted(elsewhere, 'item')} left out: the connector "${current.connector.name}" reads another place now.`,
    );
  await requeue(run, retried);
}

async function requeue(run: ExecutionRun, retried: readonly Buffer[]): Promise<void> {
  const recordings = await allOf(run, retried, requeueRecordingsOf);
  const analyses = (await allOf(run, retried, requeueAnalysesOf)) + (await allOf(run, retried, requeueUnscoredOf));
  if (recordings > 0) run.log('info', `${fetchedAgain(recordings)}.`);
  if (analyses > 0) run.log('info', `${counted(analyses, 'interaction')} with a failed analysis to be analysed again.`);
}

/** Of how many interactions. */
async function allOf(
  { services, accountId, signal }: ExecutionRun,
  retried: readonly Buffer[],
  requeueSome: typeof requeueAnalysesOf,
): Promise<number> {
  let count = 0;
  for (let after: Buffer | undefined = Buffer.alloc(16); after; ) {
    signal.throwIfAborted();
    const { interactions, last }: Requeued = await requeueSome(services.database.pool, accountId, retried, after);
    count += interactions;
    after = last;
  }
  return count;
}
