import { randomUUID } from 'node:crypto';
import { databaseError } from '../../db/failure.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import { backoffMs, spreadMs } from '../backoff.ts';

/** The one place where retrying is decided, from the error's kind alone. */
export type Verdict = { action: 'retry'; delayMs: number } | { action: 'give_up' };

const firstDelayMs = 2_000;
const longestDelayMs = 5 * 60_000;
/** What failed inside the program seldom passes by itself; more attempts would only hide it for longer. */
const systemAttempts = 3;

/**
 * `config`: somebody has to mend it first, so no other attempt. `transient`: again after 2 s, 4 s, 8 s … at most 5 min,
 * each between half and the whole of it, so that what failed together does not come back together. `system`: the same,
 * three attempts at most. `attempts` counts the one that has just failed.
 */
export function decide(
  { kind }: Pick<AppError, 'kind'>,
  attempts: number,
  maxAttempts: number,
  random: () => number = Math.random,
): Verdict {
  if (kind === 'config' || attempts >= attemptsAllowed(kind, maxAttempts)) return { action: 'give_up' };
  return { action: 'retry', delayMs: retryDelayMs(attempts, random) };
}

export function attemptsAllowed(kind: AppError['kind'], maxAttempts: number): number {
  return kind === 'system' ? Math.min(systemAttempts, maxAttempts) : maxAttempts;
}

export function retryDelayMs(attempts: number, random: () => number = Math.random): number {
  return Math.round(spreadMs(backoffMs(attempts - 1, firstDelayMs, longestDelayMs), [0.5, 1], random));
}

/** Anything thrown while working, as an AppError; a database that is away or full is transient, not ours. */
export function workError(thrown: unknown, where: string): AppError {
  if (thrown instanceof AppError) return thrown;
  return databaseError(thrown) ?? AppError.from(thrown, where);
}

/** What is kept and shown of an error, and the id under which the log has the rest of a `system` one. */
export function describeFailure(error: AppError): { failure: Failure; traceId: string | undefined } {
  if (error.kind !== 'system') return { failure: { code: error.code, message: error.message }, traceId: undefined };
  const traceId = randomUUID().slice(0, 8);
  return { failure: { code: error.code, message: `${error.message} Trace id: ${traceId}.` }, traceId };
}
