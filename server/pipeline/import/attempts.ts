import { type ItemEnd, type ListedReadyItem, readableItem } from '../../../db/queries/source-items.ts';
import { type ErrorCode, errorCodes, type Failure } from '../../../shared/error.ts';
import { pauseAfter } from '../../backoff.ts';
import { triedAgain } from '../../words.ts';
import { WorkAborted } from '../../worker/abort.ts';
import type { ImportRun } from './run.ts';

/** Of the pauses, once an item was waited for in vain: it has a trouble of its own, or the source is down for long. */
const fewPauses = 2;
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
 * Reads an item again after a pause, about 1, 4, 15, 60 and 60 s, until it ends in another way than by a failure that
 * passes, such as a dropped connection: it would else wait for the next run. Throws what `read` throws, and when the run
 * is aborted.
 */
export async function withAttempts(
  current: ImportRun,
  item: ListedReadyItem,
  read: (item: ListedReadyItem) => Promise<ItemEnd>,
): Promise<ItemEnd> {
  const { run } = current;
  const pausesMs = pausesFor(current);
  let end = await read(item);
  for (let attempt = 1; passes(end); attempt++) {
    const pauseMs = pauseAfter(attempt, pausesMs);
    if (pauseMs === undefined) break;
    run.log('warn', `${end.failure.message} ${triedAgain(pauseMs, attempt + 1, pausesMs.length + 1, 'Read')}`);
    run.services.log.info({ item: item.key, attempt, pause_ms: Math.round(pauseMs) }, 'the item is read again soon');
    await run.pause(pauseMs);
    end = await read(await asItIsNow(current, item));
  }
  const isLost = passes(end);
  current.lostInRow = isLost ? current.lostInRow + 1 : 0;
  current.hasLost ||= isLost;
  return end;
}

function pausesFor({ itemPausesMs, lostInRow, hasLost }: ImportRun): readonly number[] {
  if (lostInRow >= lostInRowMost) return [];
  return hasLost ? itemPausesMs.slice(0, fewPauses) : itemPausesMs;
}

function passes(end: ItemEnd): end is Extract<ItemEnd, { state: 'failed' }> {
  return end.state === 'failed' && isReadAgain(end.failure);
}

/** Whether an item that failed so has been read again before it counted as failed. */
export function isReadAgain({ code }: Failure): boolean {
  return errorCodes[code].kind === 'transient' && !waitedForElsewhere.includes(code);
}

/** With what was stored of it until its attempt failed. */
async function asItIsNow({ run }: ImportRun, { id }: ListedReadyItem): Promise<ListedReadyItem> {
  const { services, accountId, id: executionId } = run;
  const item = await readableItem(services.database.pool, accountId, executionId, id);
  if (!item) throw new WorkAborted('lease_lost');
  return item;
}
