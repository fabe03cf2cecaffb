import { Worker } from 'node:worker_threads';
import { backoffMs } from '../backoff.ts';
import { allowSemiSpace } from '../heap.ts';
import type { Log } from '../log.ts';
import { endsWithin } from '../wait.ts';

/** A thread that is started again whenever it ends by itself. It ends in order when it is told `stop`. */
export interface SupervisedThread {
  stop(): Promise<void>;
}

export interface SupervisedThreadSettings<Report> {
  name: string;
  /** Its module, compiled. */
  url: URL;
  workerData: unknown;
  heapMb: number;
  /** Room for new objects; where it is not said, that of every thread (heap.ts). */
  semiSpaceMb?: number;
  log: Log;
  /** What the log says when it has ended by an error. */
  complaint: string;
  /** True: it works, so its next crash counts as the first. */
  onReport(report: Report): boolean;
  /** It has ended, however. */
  onExit?(): void;
}

/** To the thread. */
export type StopOrder = 'stop';

const youngMb = 16;
const stopMs = 8_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;

/** Keeps a thread alive: the more often it has ended in a row, the longer the pause before it is started again. */
export function superviseThread<Report>(settings: SupervisedThreadSettings<Report>): SupervisedThread {
  const { name, url, workerData, heapMb, semiSpaceMb, log, complaint, onReport, onExit } = settings;
  let isStopping = false;
  let crashes = 0;
  let restart: NodeJS.Timeout | undefined;
  let { worker, exited } = start();

  function start(): { worker: Worker; exited: Promise<void> } {
    const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb };
    const limitAgain = semiSpaceMb === undefined ? undefined : allowSemiSpace(semiSpaceMb);
    const started = new Worker(url, { name, workerData, resourceLimits });
    if (limitAgain) started.once('online', limitAgain).once('exit', limitAgain);
    started.on('message', (report: Report) => {
      if (onReport(report)) crashes = 0;
    });
    started.on('error', (error) => log.error({ err: error }, complaint));
    started.once('exit', () => {
      onExit?.();
      if (isStopping) return;
      restart = setTimeout(again, backoffMs(crashes++, firstPauseMs, longestPauseMs));
    });
    return { worker: started, exited: new Promise((resolve) => started.once('exit', () => resolve())) };
  }

  function again(): void {
    ({ worker, exited } = start());
  }

  return {
    async stop() {
      isStopping = true;
      clearTimeout(restart);
      worker.postMessage('stop' satisfies StopOrder);
      if (!(await endsWithin(exited, stopMs))) await worker.terminate();
    },
  };
}
