import type { ExecutionRun } from '../run.ts';

/**
 * Under which version the ledger knows what a source lists: the source's own, in a backfill with a mark of the execution,
 * so that everything is read again and once.
 */
export function ledgerVersionFor({ id, range }: Pick<ExecutionRun, 'id' | 'range'>): (version: string) => string {
  const mark = markOf(id);
  return range ? (version) => version + mark : (version) => version;
}

/** The source's own version of an item that this execution brought into the ledger. */
export function sourceVersion({ version, executionId }: { version: string; executionId: Buffer }): string {
  const mark = markOf(executionId);
  return version.endsWith(mark) ? version.slice(0, -mark.length) : version;
}

/** Of fixed length: the ledger tells by it what a backfill read. An id begins with its time, so its end tells ids apart. */
function markOf(executionId: Buffer): string {
  return `@${executionId.toString('hex').slice(-8)}`;
}
