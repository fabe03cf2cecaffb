import type { Failure } from '../../shared/error.ts';
import type { RowCounts } from '../../shared/execution.ts';

/** What is told of a day of which every event was rejected; undefined where a few among many are an everyday matter. */
export function allRejected({ listed, rejected }: RowCounts): Failure | undefined {
  if (rejected === 0 || rejected < listed) return undefined;
  const events = listed === 1 ? 'The only event was' : `All ${listed} events were`;
  return {
    code: 'too_many_rejected',
    message: `${events} rejected, so nothing was stored: this looks like a wrong field map or topic. The rejected events say what is wrong with them.`,
  };
}
