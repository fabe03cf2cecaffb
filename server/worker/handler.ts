import type { Work, WorkKind } from '../../db/queries/work.ts';
import type { Failure } from '../../shared/error.ts';

/**
 * Does one kind of work. A worker thread makes one of each kind it serves and keeps it, so a handler may hold what is
 * dear to open (a connector's session) between pieces of work.
 */
export interface WorkHandler extends AsyncDisposable {
  readonly kind: WorkKind;
  /** How many pieces one thread works on at once. */
  readonly concurrency: number;
  /** After so many attempts that failed in a transient or system way, `giveUp` is called. */
  readonly maxAttempts: number;
  /**
   * Does the work and settles it (`settleWork`) in the transaction that writes its result; where settling says false,
   * it rolls back. Throws an AppError otherwise; its kind decides whether there is another attempt.
   */
  run(work: Work, signal: AbortSignal): Promise<void>;
  /** Writes the failure where a person will look for it, and settles the work. */
  giveUp(work: Work, failure: Failure): Promise<void>;
}
