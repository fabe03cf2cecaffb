import type { PoolConnection } from 'mysql2/promise';
import { type DayRemarks, dayRemarks, noteDay } from '../../db/queries/stream-days.ts';

/** What stands beside a day's counts. */
export function notesOf({ rejected, skipped, missed }: DayRemarks): string[] {
  const notes: string[] = [];
  if (rejected > 0) notes.push(`${rejected} rejected`);
  if (skipped > 0) notes.push(`${skipped} skipped (empty events, or left out by the connector)`);
  if (missed > 0) notes.push(missedNote(missed));
  return notes;
}

/**
 * Said as long as the day lasts, and kept with it. `missed` counts offsets: those of marks of transactions, and of events that
 * compaction had removed before, cannot be told from lost ones any more.
 */
export function missedNote(missed: number): string {
  const events = missed === 1 ? 'up to 1 event was' : `up to ${missed} events were`;
  return `${events} deleted from the topic by its retention before being read`;
}

/** Brings the note of a day that lasts up to date. */
export async function refreshNote(connection: PoolConnection, accountId: number, executionId: Buffer): Promise<void> {
  const notes = notesOf(await dayRemarks(connection, accountId, executionId));
  await noteDay(connection, accountId, executionId, notes.length > 0 ? notes.join(', ') : undefined);
}
