import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openServices, type ServiceSettings, type Services } from '../services.ts';
import { announceWork, type WorkNames } from './announce/names.ts';
import type { Lane, OpenHandlers } from './lane.ts';
import { type Serving, serve } from './serve.ts';
import { silentSecondsOf } from './silence.ts';
import { sweepMsOf } from './sweep.ts';

/** The entry of a worker thread: serves one lane until told to stop, or until there has been nothing to do for a while. */
export interface ThreadInput {
  settings: ServiceSettings;
  lane: Lane;
}

/** To the thread. */
export type Order = 'wake' | 'stop' | { take: WorkNames };

/** From the thread: what its commits have made, or what it holds. */
export type Report = { announced: WorkNames[] } | HeldClaims;

/** A sign of life, and what the thread holds, so that its crash can be told. */
export interface HeldClaims {
  running: HeldClaim[];
  waiting: HeldClaim[];
}

interface HeldClaim {
  id: number;
  claim: number;
  attempts: number;
}

const signOfLifeMs = 1_000;
const connectionLimit = 6;

/** A web page must not wait for an import. On Linux a thread has a priority of its own; elsewhere it is the program's. */
function giveWay({ log }: Services): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, 10);
  } catch (error) {
    log.debug({ err: error }, 'this machine does not let a thread lower its priority');
  }
}

async function main({ settings, lane }: ThreadInput): Promise<void> {
  const leaseSeconds = settings.config.leaseSeconds;
  const services = await openServices(settings, {
    connectionLimit,
    name: lane.name,
    silentSeconds: silentSecondsOf(leaseSeconds),
  });
  announceWork(services.database, (announced) => post({ announced }));
  giveWay(services);
  const { openHandlers } = (await import(lane.handlers)) as { openHandlers: OpenHandlers };
  let willReport = false;
  const serving = serve(services, openHandlers(services, settings), {
    claimAhead: lane.claimAhead,
    pollMs: sweepMsOf(services.config),
    // All that begins and ends in a turn of the event loop is told at once: what is held may be hundreds of pieces.
    onChange() {
      if (!willReport) setImmediate(report);
      willReport = true;
    },
  });
  const report = () => {
    willReport = false;
    const { running, waiting } = serving.held();
    post({ running: running.map(nameOf), waiting: waiting.map(nameOf) });
  };
  const signs = setInterval(report, signOfLifeMs);
  await untilDone(serving, lane.idleMs);
  await serving.stop();
  clearInterval(signs);
  await services.close();
  parentPort?.close();
}

/** Until the order to stop, or until idle for `idleMs`. */
function untilDone(serving: Serving, idleMs: number): Promise<void> {
  return new Promise((resolve) => {
    let idleSinceMs = performance.now();
    const timer = setInterval(
      () => {
        if (!serving.isIdle()) idleSinceMs = performance.now();
        else if (performance.now() - idleSinceMs >= idleMs) done();
      },
      Math.min(signOfLifeMs, idleMs),
    );
    const done = () => {
      clearInterval(timer);
      resolve();
    };
    parentPort?.on('message', (order: Order) => {
      if (order === 'stop') done();
      else if (order === 'wake') serving.wake();
      else serving.take(order.take);
    });
  });
}

function nameOf({ id, claim, attempts }: HeldClaim): HeldClaim {
  return { id, claim, attempts };
}

function post(report: Report): void {
  parentPort?.postMessage(report);
}

await main(workerData as ThreadInput);
