import type { Pool } from 'mysql2/promise';
import { claimWork, postponeWork, type Work } from '../../db/queries/work.ts';
import { lastFailures, releaseClaims } from '../../db/queries/workers.ts';
import { AppError, errorCodes, type Failure } from '../../shared/error.ts';
import type { Log } from '../log.ts';
import { abortCauseOf } from './abort.ts';
import type { WorkHandler } from './handler.ts';
import type { Leases } from './leases.ts';
import { attemptsAllowed, decide, describeFailure, workError } from './retry.ts';

/**
 *     due ─claim─▶ held ─run─▶ settled by the handler
 *                   │  └─throws─▶ due later (retry) | settled by giveUp
 *                   ├─lease lost─▶ somebody else's; nothing is written
 *                   └─stopping───▶ due at once, the attempt not counted
 */
export interface Loop {
  /** There may be something to do: look now. */
  wake(): void;
  /** Nothing held, and nothing was due at the last look. */
  isIdle(): boolean;
  /** Claims no more. What is held goes on. */
  quiesce(): void;
  /** Resolves when nothing is held any more. */
  drained(): Promise<void>;
}

export interface LoopSettings {
  pool: Pool;
  log: Log;
  leaseSeconds: number;
  leases: Leases;
  /** Pieces claimed beyond those being worked on, so that short ones need not wait for the next claim. */
  claimAhead?: number;
  /** How long to wait before looking again when nothing was due. */
  pollMs?: number;
  /** Told of every change of what is held: first those being worked on, then those waiting for their turn. */
  onChange?: (running: Work[], waiting: Work[]) => void;
}

interface Held {
  work: Work;
  signal: AbortSignal;
  lastFailure: Failure | undefined;
}

export function startLoop(handler: WorkHandler, settings: LoopSettings): Loop {
  const { pool, log, leaseSeconds, leases, claimAhead = 0, pollMs = 1_000, onChange } = settings;
  const waiting: Held[] = [];
  const running = new Map<Held, Promise<void>>();
  let isQuiet = false;
  let sawNothing = false;
  let isWoken = false;
  let endPause: () => void = () => undefined;

  function wakeUp(): void {
    isWoken = true;
    endPause();
  }

  const changed = () =>
    onChange?.(
      [...running.keys()].map(({ work }) => work),
      waiting.map(({ work }) => work),
    );

  async function claim(limit: number): Promise<void> {
    const claimedAtMs = performance.now();
    const claimed = await claimWork(pool, handler.kind, { limit, leaseSeconds });
    sawNothing = claimed.length < limit;
    const repeated = claimed.filter(({ attempts }) => attempts > 1).map(({ id }) => id);
    for (const work of claimed) waiting.push({ work, signal: leases.hold(work, claimedAtMs), lastFailure: undefined });
    if (repeated.length === 0) return;
    const failures = await lastFailures(pool, repeated);
    for (const held of waiting) held.lastFailure ??= failures.get(held.work.id);
  }

  function begin(): void {
    while (running.size < handler.concurrency) {
      const held = waiting.shift();
      if (!held) return;
      running.set(
        held,
        perform(handler, held, { pool, log }).finally(() => end(held)),
      );
      changed();
    }
  }

  function end(held: Held): void {
    running.delete(held);
    leases.drop(held.work);
    begin();
    changed();
    wakeUp();
  }

  async function look(): Promise<void> {
    const room = handler.concurrency + claimAhead - running.size - waiting.length;
    // With work claimed ahead there is time to wait for room for a whole batch.
    if (room > claimAhead / 2) {
      await claim(room);
      begin();
    }
  }

  async function serve(): Promise<void> {
    while (!isQuiet) {
      try {
        await look();
      } catch (error) {
        sawNothing = true;
        log.warn({ err: error, kind: handler.kind }, 'no work could be claimed; tried again');
      }
      if (!isQuiet) await pause();
    }
    await giveBack();
  }

  /** Until woken (also while it looked), until something ends, or until it is time to look again. */
  async function pause(): Promise<void> {
    if (!isWoken)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs);
        endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    isWoken = false;
  }

  async function giveBack(): Promise<void> {
    const unbegun = waiting.splice(0).map(({ work }) => work);
    for (const work of unbegun) leases.drop(work);
    await releaseClaims(pool, unbegun);
    changed();
  }

  const serving = serve();
  return {
    wake: wakeUp,
    isIdle: () => sawNothing && running.size + waiting.length === 0,
    quiesce() {
      isQuiet = true;
      wakeUp();
    },
    async drained() {
      await serving;
      await Promise.all(running.values());
    },
  };
}

interface Surroundings {
  pool: Pool;
  log: Log;
}

/** One attempt and what follows from its failure. Never throws: what cannot be written now comes back with the lease. */
async function perform(handler: WorkHandler, held: Held, surroundings: Surroundings): Promise<void> {
  const { work, signal, lastFailure } = held;
  try {
    if (isExhausted(handler, work, lastFailure))
      await giveUp(handler, work, diedTooOften(work, lastFailure), surroundings.log);
    else await attempt(handler, held, surroundings);
  } catch (error) {
    surroundings.log.error(
      { err: error, ...nameOf(work), aborted: signal.aborted },
      'a failure could not be written; the work comes back when its lease ends',
    );
  }
}

async function attempt(handler: WorkHandler, { work, signal }: Held, surroundings: Surroundings): Promise<void> {
  try {
    // Work that waited for its turn may have been lost or cancelled by now.
    signal.throwIfAborted();
    await handler.run(work, signal);
  } catch (thrown) {
    await afterFailure(handler, work, signal.aborted ? signal.reason : thrown, surroundings);
    if (abortCauseOf(signal) === 'stopping') await releaseClaims(surroundings.pool, [work]);
  }
}

async function afterFailure(handler: WorkHandler, work: Work, thrown: unknown, { pool, log }: Surroundings) {
  const error = workError(thrown, `the step "${work.kind}"`);
  if (error.code === 'lease_lost') {
    log.info(nameOf(work), 'stopped working on it: the lease is over or given back');
    return;
  }
  const verdict = decide(error, work.attempts, handler.maxAttempts);
  if (verdict.action === 'give_up') return await giveUp(handler, work, error, log);
  log.warn({ err: error, ...nameOf(work), delayMs: verdict.delayMs }, 'failed; tried again later');
  await postponeWork(pool, work, verdict.delayMs, { code: error.code, message: error.message });
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
