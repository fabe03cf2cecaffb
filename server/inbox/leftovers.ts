import { deleteInboxEntry, leftInboxEntries } from '../../db/queries/inbox-files.ts';
import { removeOldInboxSessions } from '../../db/queries/inbox-sessions.ts';
import type { Services } from '../services.ts';
import { removeSegments } from '../storage/segments.ts';
import { segmentsOnlyIn } from './arrival.ts';

const entriesAtOnce = 200;

/** Removes what lies in the inboxes of deleted connectors, and the records of sessions of long ago. */
export async function removeLeftovers({ database, storage }: Services): Promise<void> {
  await removeOldInboxSessions(database.pool);
  for (;;) {
    const left = await leftInboxEntries(database.pool, entriesAtOnce);
    for (const { owner, entry } of left) {
      // The content first: a row that is left without it is met again, content without a row never.
      await removeSegments(storage, segmentsOnlyIn(entry, []));
      await deleteInboxEntry(database.pool, owner, entry.id);
    }
    if (left.length < entriesAtOnce) return;
  }
}
