import type { AppError, Failure } from '../../../shared/error.ts';
import { pauseAfter } from '../../backoff.ts';
import { triedAgain } from '../../words.ts';
import { requireHeld } from '../../worker/fenced.ts';
import { describeFailure, workError } from '../../worker/retry.ts';
import type { ExecutionRun } from '../run.ts';

export interface Attempts {
  /** What is delivered: a file's name. */
  what: string;
  destination: string;
  /** How long to wait before the second attempt, the third, …; there are no more attempts than that. */
  backoffMs: readonly number[];
}

export type Attempted<Receipt> = { receipt: Receipt } | { failure: Failure; attempts: number };

/**
 * Tries a delivery until it arrives, somebody has to mend something, or there are no attempts left, and says so in the
 * run's log. Throws only when the run itself ends (cancelled, lease lost, database away).
 */
export async function attempted<Receipt>(
  run: ExecutionRun,
  { what, destination, backoffMs }: Attempts,
  act: () => Promise<Receipt>,
): Promise<Attempted<Receipt>> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt(run, destination, act);
    if ('receipt' in outcome) return outcome;
    const { kind, failure } = outcome;
    const { message } = failure;
    const waitMs = pauseAfter(attempts, backoffMs);
    if (kind === 'config' || waitMs === undefined) {
      const after = attempts > 1 ? ` after ${attempts} attempts` : '';
      run.log('error', `${what} could not be delivered to ${destination}${after}: ${message}`);
      return { failure, attempts };
    }
    const again = triedAgain(waitMs, attempts + 1, backoffMs.length + 1);
    run.log('warn', `${what} could not be delivered to ${destination}: ${message} ${again}`);
    await run.pause(waitMs);
  }
}

async function attempt<Receipt>(
  run: ExecutionRun,
  destination: string,
  act: () => Promise<Receipt>,
): Promise<{ receipt: Receipt } | { kind: AppError['kind']; failure: Failure }> {
  await requireLease(run);
  try {
    return { receipt: await act() };
  } catch (thrown) {
    run.signal.throwIfAborted();
    const error = workError(thrown, `the delivery to ${destination}`);
    if (error.code === 'lease_lost') throw error;
    const { failure, traceId } = describeFailure(error);
    const execution = run.id.toString('hex');
    if (traceId) run.services.log.error({ err: error, traceId, execution, destination }, 'a delivery failed');
    return { kind: error.kind, failure };
  }
}

/** Nothing outside the database is fenced by the claim, so it is looked at right before each attempt. Throws `lease_lost`. */
export async function requireLease({ services, work, signal }: ExecutionRun): Promise<void> {
  signal.throwIfAborted();
  await requireHeld(services.database.pool, work);
}
