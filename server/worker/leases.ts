import type { Pool } from 'mysql2/promise';
import { databaseError } from '../../db/failure.ts';
import { cancelRequestedAmong } from '../../db/queries/executions.ts';
import type { Work } from '../../db/queries/work.ts';
import { type Claim, renewClaims } from '../../db/queries/workers.ts';
import type { Log } from '../log.ts';
import { wait } from '../wait.ts';
import { type AbortCause, WorkAborted } from './abort.ts';
import { UncountedAttempts } from './uncounted-attempts.ts';

/** What one worker thread holds, and its claim on it. */
export interface Leases {
  /** Takes care of a claim from now on. `claimedAtMs` is `performance.now()` from before it was claimed. */
  hold(work: Work, claimedAtMs: number): AbortSignal;
  drop(work: Work): void;
  held(): Work[];
  /** An attempt came to nothing because the database or the lease was lost: it is not counted against the work. */
  uncount(work: Work): void;
  /** Tells everything that is held to stop. */
  abort(cause: AbortCause): void;
  /** No renewals any more. */
  close(): Promise<void>;
}

interface Entry {
  work: Work;
  controller: AbortController;
  renewedAtMs: number;
}

/**
 * A lease that could not be renewed for so long is given up on this side, before it ends on the other: what happens
 * outside the database cannot be fenced.
 */
const expiryShare = 0.8;
const longestTickMs = 1_000;
/** As many as a thread's pool may have connections. */
const attemptsAtOnce = 6;

export function openLeases({ pool, leaseSeconds, log }: { pool: Pool; leaseSeconds: number; log: Log }): Leases {
  const leaseMs = leaseSeconds * 1000;
  // By claim: what was lost may be claimed again here, before whoever lost it has ended.
  const entries = new Map<string, Entry>();
  const uncounted = new UncountedAttempts();
  const closing = new AbortController();

  const abortEntry = (claim: Claim, cause: AbortCause) =>
    entries.get(keyOf(claim))?.controller.abort(new WorkAborted(cause));

  async function renew(): Promise<void> {
    const startedAtMs = performance.now();
    const due = [...entries.values()].filter((entry) => startedAtMs - entry.renewedAtMs >= leaseMs / 3);
    const claims = due.map(({ work }) => work);
    const lost = await onLiveConnection(() => renewClaims(pool, claims, leaseSeconds));
    for (const entry of due) entry.renewedAtMs = startedAtMs;
    for (const claim of lost) abortEntry(claim, 'lease_lost');
  }

  async function listenForCancels(): Promise<void> {
    const executions = [...entries.values()].filter(({ work }) => work.kind === 'execute').map(({ work }) => work);
    const cancelled = await cancelRequestedAmong(
      pool,
      executions.map(({ subject }) => subject),
    );
    for (const work of executions) if (cancelled.some((id) => id.equals(work.subject))) abortEntry(work, 'cancelled');
  }

  // Beside the queries, because a query on a dead connection may never come back.
  function expire(): void {
    const now = performance.now();
    for (const { work, renewedAtMs } of entries.values())
      if (now - renewedAtMs >= leaseMs * expiryShare) abortEntry(work, 'lease_lost');
  }

  async function keep(): Promise<void> {
    while (!closing.signal.aborted) {
      await wait(tickMs, closing.signal);
      try {
        await renew();
        await uncounted.write(pool);
        await listenForCancels();
      } catch (error) {
        log.warn({ err: error }, 'the leases could not be renewed; tried again');
      }
    }
  }

  const tickMs = Math.min(longestTickMs, leaseMs / 6);
  const expiry = setInterval(expire, tickMs);
  const keeping = keep();
  return {
    hold(work, claimedAtMs) {
      const controller = new AbortController();
      entries.set(keyOf(work), { work, controller, renewedAtMs: claimedAtMs });
      return controller.signal;
    },
    drop: (work) => void entries.delete(keyOf(work)),
    held: () => [...entries.values()].map(({ work }) => work),
    uncount: ({ id }) => uncounted.add(id),
    abort(cause) {
      for (const { work } of entries.values()) abortEntry(work, cause);
    },
    async close() {
      clearInterval(expiry);
      closing.abort();
      await keeping;
    },
  };
}

/**
 * At once again where the connection turns out to be lost: after a pause of the machine several of the pool's may be, and
 * waiting for the next tick after each of them could cost the leases.
 */
async function onLiveConnection<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (databaseError(error)?.code !== 'database_unavailable' || attempt === attemptsAtOnce) throw error;
    }
  }
}

function keyOf({ id, claim }: Claim): string {
  return `${id} ${claim}`;
}
