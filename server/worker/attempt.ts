import type { Pool } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { databaseError } from '../../db/failure.ts';
import { postponeWork, type Work } from '../../db/queries/work.ts';
import { releaseClaims } from '../../db/queries/workers.ts';
import { AppError, errorCodes, type Failure } from '../../shared/error.ts';
import type { Log } from '../log.ts';
import { abortCauseOf } from './abort.ts';
import type { WorkHandler } from './handler.ts';
import type { Leases } from './leases.ts';
import { attemptsAllowed, decide, describeFailure, workError } from './retry.ts';

/** A piece of work under this worker's claim. */
export interface Held {
  work: Work;
  signal: AbortSignal;
  lastFailure: Failure | undefined;
}

const leaseLost = 'stopped working on it: its lease is over, another worker has it or will; nothing more is written';

interface Surroundings {
  pool: Pool;
  log: Log;
  /** Where attempts are counted by somebody. */
  leases?: Pick<Leases, 'uncount'>;
}

/** One attempt and what follows from its failure. Never throws: what cannot be written now comes back with the lease. */
export async function perform(handler: WorkHandler, held: Held, surroundings: Surroundings): Promise<void> {
  const { work, signal, lastFailure } = held;
  try {
    if (isExhausted(handler, work, lastFailure))
      await giveUp(handler, work, diedTooOften(work, lastFailure), surroundings.log);
    else await attempt(handler, held, surroundings);
  } catch (error) {
    if (databaseError(error)) surroundings.leases?.uncount(work);
    surroundings.log.error(
      { err: error, ...nameOf(work), aborted: signal.aborted },
      'a failure could not be written; the work comes back when its lease ends',
    );
  }
}

async function attempt(handler: WorkHandler, held: Held, surroundings: Surroundings): Promise<void> {
  const { work, signal } = held;
  try {
    // Work that waited for its turn may have been lost or cancelled by now.
    signal.throwIfAborted();
    await handler.run(work, signal);
  } catch (thrown) {
    await afterFailure(handler, held, signal.aborted ? signal.reason : thrown, surroundings);
    if (abortCauseOf(signal) === 'stopping') await releaseClaims(surroundings.pool, [work]);
  }
}

async function afterFailure(
  handler: WorkHandler,
  { work, signal }: Held,
  thrown: unknown,
  { pool, log, leases }: Surroundings,
) {
  const error = workError(thrown, `the step "${work.kind}"`);
  if (error.code === 'lease_lost') {
    if (abortCauseOf(signal) === 'stopping') return log.info(nameOf(work), 'stopped working on it: given back');
    log.warn(nameOf(work), leaseLost);
    leases?.uncount(work);
    return;
  }
  const verdict = decide(error, work.attempts, handler.maxAttempts);
  if (verdict.action === 'give_up') return await giveUp(handler, work, error, log);
  const { delayMs } = verdict;
  const failure = { code: error.code, message: error.message };
  if (await postpone(handler, work, failure, { pool, delayMs }))
    log.warn({ err: error, ...nameOf(work), delayMs }, 'failed; tried again later');
  else log.warn({ err: error, ...nameOf(work) }, leaseLost);
  if (error.code === 'database_unavailable') leases?.uncount(work);
}

/** False: the lease is lost, and nothing was written. */
async function postpone(
  handler: WorkHandler,
  work: Work,
  failure: Failure,
  { pool, delayMs }: { pool: Pool; delayMs: number },
): Promise<boolean> {
  return await transaction(pool, async (connection) => {
    if (!(await postponeWork(connection, work, delayMs, failure))) return false;
    await handler.postponed?.(connection, work, failure, delayMs);
    return true;
  });
}

async function giveUp(handler: WorkHandler, work: Work, error: AppError, log: Log): Promise<void> {
  const { failure, traceId } = describeFailure(error);
  if (traceId) log.error({ err: error, traceId, ...nameOf(work) }, 'given up');
  await handler.giveUp(work, failure);
}

/** More attempts were begun than are allowed: earlier ones ended with their worker, which could not say so. */
function isExhausted({ maxAttempts }: WorkHandler, { attempts }: Work, lastFailure: Failure | undefined): boolean {
  const kind = lastFailure ? errorCodes[lastFailure.code].kind : 'transient';
  return attempts > attemptsAllowed(kind, maxAttempts);
}

function diedTooOften({ attempts }: Work, lastFailure: Failure | undefined): AppError {
  if (lastFailure) return new AppError(lastFailure.code, lastFailure.message);
  return new AppError(
    'internal',
    `The program ended ${attempts - 1} times while it worked on this, without a word. See the log from those times.`,
  );
}

function nameOf({ kind, accountId, subject, attempts }: Work) {
  return { kind, accountId, subject: subject.toString('hex'), attempts };
}
