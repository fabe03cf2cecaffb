import type { ExecutionEnd } from '../../db/queries/execution-progress.ts';
import { AppError, errorCodes, type Failure } from '../../shared/error.ts';
import { pauseAfter } from '../backoff.ts';
import { isReadAgain } from '../pipeline/import/attempts.ts';
import type { ExecutionRun } from '../pipeline/run.ts';
import { triedAgain } from '../words.ts';

/** A longer pause is not slept: the work is put back, and other runs have its place meanwhile. */
const sleptMostMs = 15_000;

/** The other side is away, and is asked again after a pause by whoever has the work then. */
export interface PutBack {
  failure: Failure;
  pauseMs: number;
  /** What the execution's log says of it. */
  message: string;
}

export interface SourceAttempts {
  run: Pick<ExecutionRun, 'log' | 'signal' | 'pause'>;
  /** Before the second attempt, the third, …; there are no more attempts than that. */
  pausesMs: readonly number[];
  /** The attempt that comes now. */
  first: number;
}

/** Runs again, after a while, what failed because the other side was not to be reached, thrown or told as an end. */
export async function attemptSource(
  { run, pausesMs, first }: SourceAttempts,
  go: () => Promise<ExecutionEnd>,
): Promise<ExecutionEnd | PutBack> {
  const { signal } = run;
  for (let attempt = first; ; attempt++) {
    const pauseMs = pauseAfter(attempt, pausesMs);
    let failure: Failure | undefined;
    try {
      const end = await go();
      if (pauseMs === undefined || !mayPass(end)) return end;
      failure = end.error;
    } catch (error) {
      const isTrouble = error instanceof AppError && isSourceTrouble(error);
      if (pauseMs === undefined || signal.aborted || !isTrouble) throw error;
      failure = { code: error.code, message: error.message };
    }
    const message = `${failure.message} ${triedAgain(pauseMs, attempt + 1, pausesMs.length + 1)}`;
    signal.throwIfAborted();
    if (attempt > sleptPauses(pausesMs)) return { failure, pauseMs, message };
    run.log('warn', message);
    await run.pause(pauseMs);
  }
}

/** The attempt that comes with this claim on work that was put back: the first claim had those with a slept pause between them. */
export function attemptOfClaim(claims: number, pausesMs: readonly number[]): number {
  return Math.min(sleptPauses(pausesMs) + claims, pausesMs.length + 1);
}

function sleptPauses(pausesMs: readonly number[]): number {
  const long = pausesMs.findIndex((pauseMs) => pauseMs > sleptMostMs);
  return long === -1 ? pausesMs.length : long;
}

/** Where every item failed, the source has been waited for already. */
function mayPass(end: ExecutionEnd): end is ExecutionEnd & { error: Failure } {
  const { status, error, items } = end;
  if (status !== 'handler_failed' || !isSourceTrouble(error)) return false;
  const areAllLost = items !== undefined && items.failed > 0 && items.failed === items.listed;
  return !(areAllLost && isReadAgain(error));
}

/** It may pass, and it is the other side's: our own database and leases have their own way back. */
export function isSourceTrouble(failure: Failure | undefined): failure is Failure {
  if (!failure || errorCodes[failure.code].kind !== 'transient') return false;
  return failure.code !== 'database_unavailable' && failure.code !== 'lease_lost';
}
