import { Worker } from 'node:worker_threads';
import { failClaims, releaseClaims } from '../../db/queries/workers.ts';
import { AppError } from '../../shared/error.ts';
import { backoffMs } from '../backoff.ts';
import { allowSemiSpace } from '../heap.ts';
import type { ServiceSettings, Services } from '../services.ts';
import { endsWithin } from '../wait.ts';
import type { WorkNames } from './announce/names.ts';
import type { Lane } from './lane.ts';
import { describeFailure, retryDelayMs } from './retry.ts';
import type { HeldClaims, Order, Report, ThreadInput } from './thread.ts';

/** One lane's thread, seen from the main thread: started when needed, watched, and cleaned up after when it ends. */
export interface LaneThread {
  readonly lane: Lane;
  isRunning(): boolean;
  /** Starts the thread, unless it crashed so recently that it has to wait. */
  start(): void;
  wake(): void;
  /** Has the thread take these pieces of work, if it runs and has room. */
  take(names: WorkNames): void;
  /** Called by a timer, never by wake(): a thread that has given no sign of life over thirty such looks is ended. */
  watch(): void;
  stop(): Promise<void>;
}

interface Thread {
  worker: Worker;
  /** It has ended, and what it held is given back. */
  cleanedUp: Promise<void>;
  held: HeldClaims;
  silentLooks: number;
  crash: AppError | undefined;
}

const youngMb = 16;
const stopMs = 8_000;
const looksWithoutLife = 30;
const firstCrashDelayMs = 500;
const longestCrashDelayMs = 60_000;

interface LaneThreadEvents {
  /** The thread has ended. */
  onExit(): void;
  /** The thread's commits have made work. */
  onAnnounced(names: WorkNames[]): void;
}

export function openLaneThread(
  lane: Lane,
  settings: ServiceSettings,
  { database, log }: Services,
  { onExit, onAnnounced }: LaneThreadEvents,
): LaneThread {
  const { pool } = database;
  let thread: Thread | undefined;
  let crashes = 0;
  let startableAtMs = 0;
  let isStopping = false;

  function start(): void {
    if (thread || isStopping || performance.now() < startableAtMs) return;
    const limitAgain = lane.semiSpaceMb === undefined ? undefined : allowSemiSpace(lane.semiSpaceMb);
    const worker = new Worker(new URL('./thread.js', import.meta.url), {
      name: lane.name,
      workerData: { settings, lane } satisfies ThreadInput,
      resourceLimits: { maxOldGenerationSizeMb: lane.heapMb, maxYoungGenerationSizeMb: youngMb },
    });
    if (limitAgain) worker.once('online', limitAgain).once('exit', limitAgain);
    const started: Thread = {
      worker,
      cleanedUp: new Promise((resolve) => worker.once('exit', () => resolve(cleanUp(started)))),
      held: { running: [], waiting: [] },
      silentLooks: 0,
      crash: undefined,
    };
    thread = started;
    worker.on('message', (report: Report) => {
      started.silentLooks = 0;
      if ('announced' in report) onAnnounced(report.announced);
      else started.held = report;
    });
    worker.on('error', (error) => {
      started.crash ??= crashOf(error, lane);
    });
  }

  /** What the thread held is not left to wait for the end of its lease: the failure is counted and told now. */
  async function cleanUp({ held, crash }: Thread): Promise<void> {
    thread = undefined;
    crashes = crash ? crashes + 1 : 0;
    if (crash) startableAtMs = performance.now() + backoffMs(crashes - 1, firstCrashDelayMs, longestCrashDelayMs);
    try {
      if (crash) await tellCrash(crash, held);
      else await releaseClaims(pool, [...held.running, ...held.waiting]);
    } catch (error) {
      log.warn(
        { err: error, lane: lane.name },
        'what an ended thread held could not be given back; its leases run out',
      );
    }
    onExit();
  }

  async function tellCrash(crash: AppError, { running, waiting }: HeldClaims): Promise<void> {
    const { failure, traceId } = describeFailure(crash);
    log.error({ err: crash, traceId, lane: lane.name, held: running.length }, 'a worker thread crashed');
    await releaseClaims(pool, waiting);
    // Each after a delay of its own: what made the thread crash should not meet the same neighbours again.
    for (const claim of running) await failClaims(pool, [claim], retryDelayMs(claim.attempts), failure);
  }

  function order(message: Order): void {
    thread?.worker.postMessage(message);
  }

  return {
    lane,
    isRunning: () => thread !== undefined,
    start,
    wake: () => order('wake'),
    take: (names) => order({ take: names }),
    watch() {
      // Counted in looks of a timer, not by a clock: after the whole program was frozen, its threads need a moment too.
      if (!thread || ++thread.silentLooks < looksWithoutLife) return;
      thread.crash ??= new AppError(
        'internal',
        `The worker thread "${lane.name}" was busy with one thing for too long and was ended.`,
      );
      void thread.worker.terminate();
    },
    async stop() {
      isStopping = true;
      if (!thread) return;
      const { worker, cleanedUp } = thread;
      order('stop');
      if (!(await endsWithin(cleanedUp, stopMs))) await worker.terminate();
      await cleanedUp;
    },
  };
}

function crashOf(error: Error & { code?: string }, { name, heapMb }: Lane): AppError {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY')
    return new AppError('internal', `The worker thread "${name}" ended by an error of its own.`, { cause: error });
  return new AppError(
    'internal',
    `The worker thread "${name}" needed more than its ${heapMb} MB of memory and was ended; something in this work is far larger than it should be.`,
    { cause: error },
  );
}
