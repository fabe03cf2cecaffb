import { Worker } from 'node:worker_threads';
import type { Log } from '../log.ts';
import type { ServiceSettings } from '../services.ts';
import { endsWithin } from '../worker/wait.ts';
import type { Order, Report } from './thread.ts';

export interface Inbox {
  /** Resolves when it listens, or when its first attempt has failed and the log says why. */
  began: Promise<void>;
  /** Ends sessions, keeps what has come of their uploads, and stops listening. */
  stop(): Promise<void>;
}

const stopMs = 8000;
const longestPauseMs = 60_000;
const heapMb = 96;
const youngMb = 16;

/**
 * The inbox role: an SFTP server in a thread of its own, so that its cryptography does not slow the console. A thread
 * that ends by an error is started again. `arrived` is called when something may have to be imported.
 */
export function startInbox(settings: ServiceSettings, log: Log, arrived: () => void): Inbox {
  let isStopping = false;
  let crashes = 0;
  let told: () => void = () => undefined;
  const began = new Promise<void>((resolve) => {
    told = resolve;
  });
  let worker = start();
  let exited = exitOf(worker);
  let restart: NodeJS.Timeout | undefined;

  function start(): Worker {
    const started = new Worker(new URL('./thread.js', import.meta.url), {
      name: 'inbox',
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb },
    });
    started.on('message', (report: Report) => {
      if ('arrived' in report) return arrived();
      told();
      if ('cannotListen' in report) return;
      crashes = 0;
      log.info({ port: report.listening }, 'the inbox listens for SFTP');
    });
    started.on('error', (error) =>
      log.error({ err: error }, "the inbox's thread ended by an error; it is started again"),
    );
    started.once('exit', () => {
      told();
      if (isStopping) return;
      restart = setTimeout(again, Math.min(500 * 2 ** crashes++, longestPauseMs));
    });
    return started;
  }

  function again(): void {
    worker = start();
    exited = exitOf(worker);
  }

  return {
    began,
    async stop() {
      isStopping = true;
      clearTimeout(restart);
      worker.postMessage('stop' satisfies Order);
      if (!(await endsWithin(exited, stopMs))) await worker.terminate();
    },
  };
}

function exitOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()));
}
