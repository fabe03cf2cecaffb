import type { PoolConnection } from 'mysql2/promise';
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
  /** Pieces claimed beyond those, where it is not as many as for every kind of the lane. */
  readonly claimAhead?: number | undefined;
  /** After so many attempts that failed in a transient or system way, `giveUp` is called. */
  readonly maxAttempts: number;
  /**
   * Does the work and settles it (`settleWork`) in the transaction that writes its result; where settling says false,
   * it rolls back. Throws an AppError otherwise; its kind decides whether there is another attempt.
   */
  run(work: Work, signal: AbortSignal): Promise<void>;
  /**
   * Told, in the transaction that puts it off, that an attempt failed and when the next one is due: for a person who
   * waits for it.
   */
  postponed?(connection: PoolConnection, work: Work, failure: Failure, delayMs: number): Promise<void>;
  /** Writes the failure where a person will look for it, and settles the work. */
  giveUp(work: Work, failure: Failure): Promise<void>;
}
