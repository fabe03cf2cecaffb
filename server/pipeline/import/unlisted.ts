import { endItem } from '../../../db/queries/source-items.ts';
import { keepUnlistedSlices, type UnlistedItem, unlistedItems } from '../../../db/queries/unlisted-items.ts';
import type { Failure } from '../../../shared/error.ts';
import { WorkAborted } from '../../worker/abort.ts';
import type { ImportRun } from './run.ts';

const itemsAtOnce = 100;

/**
 * Ends items that an earlier attempt of this execution had found and that its source does not list any more: they were
 * removed or replaced since. Nobody would read them otherwise, and they must not stay open.
 */
export async function endUnlisted({ run, reader }: ImportRun): Promise<void> {
  const { pool } = run.services.database;
  await keepUnlistedSlices(pool, reader);
  for (;;) {
    run.signal.throwIfAborted();
    const items = await unlistedItems(pool, run.accountId, run.id, itemsAtOnce);
    if (items.length === 0) return;
    for (const item of items)
      if (!(await endItem(pool, reader, item.id, { state: 'failed', failure: failureOf(item) })))
        throw new WorkAborted('lease_lost');
  }
}

function failureOf({ key, recordsDone }: UnlistedItem): Failure {
  const rows = recordsDone.toLocaleString('en');
  const what =
    recordsDone === 0
      ? 'It was removed or replaced before it was read.'
      : `It was removed or replaced while it was read; ${rows} of its rows are stored.`;
  return { code: 'item_changed', message: `${key}: ${what} A new version is read as another item.` };
}
