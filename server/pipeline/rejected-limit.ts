import type { Failure } from '../../shared/error.ts';
import type { RowCounts } from '../../shared/execution.ts';

/** What is told where more was rejected than `mostPercent` of what was listed; undefined where that is accepted, or no limit is set. */
export function tooManyRejected(
  { listed, rejected }: RowCounts,
  mostPercent: number | undefined,
  what: 'rows' | 'events',
): Failure | undefined {
  if (mostPercent === undefined || rejected * 100 <= listed * mostPercent) return undefined;
  const message = `${rejected} of ${listed} ${what} were rejected, more than the ${mostPercent} % that the connector accepts. The other ${what} are stored; the rejected ones say what is wrong with them.`;
  return { code: 'too_many_rejected', message };
}
