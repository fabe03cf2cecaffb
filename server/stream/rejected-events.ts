import type { Failure } from '../../shared/error.ts';
import type { RowCounts } from '../../shared/execution.ts';

/** Whether more of a day's events were rejected than its connector accepts. */
export function areTooManyRejected({ listed, rejected }: RowCounts, mostPercent: number | undefined): boolean {
  return mostPercent !== undefined && rejected * 100 > listed * mostPercent;
}

/** What is to be told of a day's rejected events; undefined where a few among many are an everyday matter. */
export function failureOfRejected(rows: RowCounts, mostPercent: number | undefined): Failure | undefined {
  const { listed, rejected } = rows;
  if (areTooManyRejected(rows, mostPercent))
    return tooManyRejected(
      `${rejected} of ${listed} events were rejected, more than the ${mostPercent} % that the connector accepts. The other events are stored; the rejected ones say what is wrong with them.`,
    );
  if (rejected === 0 || rejected < listed) return undefined;
  return tooManyRejected(
    `${listed === 1 ? 'The only event was' : `All ${listed} events were`} rejected, so nothing was stored: this looks like a wrong field map or topic. The rejected events say what is wrong with them.`,
  );
}

function tooManyRejected(message: string): Failure {
  return { code: 'too_many_rejected', message };
}
