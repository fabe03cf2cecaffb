import { type ItemEnd, type ListedReadyItem, readableItem } from '../../../db/queries/source-items.ts';
import { type ErrorCode, errorCodes } from '../../../shared/error.ts';
import { backoffMs, spreadMs } from '../../backoff.ts';
import { wait } from '../../wait.ts';
import { triedAgain } from '../../words.ts';
import { WorkAborted } from '../../worker/abort.ts';
import type { ImportRun } from './run.ts';

const itemAttempts = 3;
const pauseFactor = 4;
const longestPauseMs = 60_000;
/** So many items one after the other that no attempt helped: the source is down, and every pause would be for nothing. */
const lostInRowMost = 3;

/** These pass, too, but not by reading the item again at once: somebody else waits for them, or has waited already. */
const waitedForElsewhere: readonly ErrorCode[] = [
  'item_changed',
  'rate_limited',
  'cancelled',
  'lease_lost',
  'database_unavailable',
];

/**
 * Reads an item up to three times, about 1 s and 4 s apart, until it ends in another way than by a failure that passes,
 * such as a dropped connection: it would else wait for the next run. Throws what `read` throws, and when the run is
 * aborted.
 */
export async function withAttempts(
  current: ImportRun,
  item: ListedReadyItem,
  read: (item: ListedReadyItem) => Promise<ItemEnd>,
): Promise<ItemEnd> {
  const { run, itemRetryMs } = current;
  const most = current.lostInRow < lostInRowMost ? itemAttempts : 1;
  let end = await read(item);
  for (let attempt = 1; attempt < most && passes(end); attempt++) {
    const pauseMs = spreadMs(backoffMs(attempt - 1, itemRetryMs, longestPauseMs, pauseFactor), [0.75, 1.25]);
    sayAgain(current, end, attempt, pauseMs);
    run.services.log.info({ item: item.key, attempt, pause_ms: Math.round(pauseMs) }, 'the item is read again soon');
    await wait(pauseMs, run.signal);
    run.signal.throwIfAborted();
    end = await read(await asItIsNow(current, item));
  }
  current.lostInRow = passes(end) ? current.lostInRow + 1 : 0;
  return end;
}

function sayAgain({ run }: ImportRun, end: ItemEnd, attempt: number, pauseMs: number): void {
  if (end.state !== 'failed') return;
  run.log('warn', `${end.failure.message} ${triedAgain(pauseMs, attempt + 1, itemAttempts, 'Read')}`);
}

function passes(end: ItemEnd): boolean {
  if (end.state !== 'failed') return false;
  const { code } = end.failure;
  return errorCodes[code].kind === 'transient' && !waitedForElsewhere.includes(code);
}

/** With what was stored of it until its attempt failed. */
async function asItIsNow({ run }: ImportRun, { id }: ListedReadyItem): Promise<ListedReadyItem> {
  const { services, accountId, id: executionId } = run;
  const item = await readableItem(services.database.pool, accountId, executionId, id);
  if (!item) throw new WorkAborted('lease_lost');
  return item;
}
