import { hostname } from 'node:os';
import { removeOldWebhooks } from '../../db/queries/webhook-sending.ts';
import { dueKinds, forgetOldWorkers, forgetWorker, seeWorker, type WorkerRecord } from '../../db/queries/workers.ts';
import { newId } from '../../db/uuid.ts';
import type { ServiceSettings, Services } from '../services.ts';
import { type Lane, lanes as productLanes } from './lanes.ts';
import { openThreadKeeper } from './thread-keeper.ts';

export interface Workers {
  /** There may be work: look at once, not at the next poll. */
  wake(): void;
  /** Lets work end or stop within a few seconds, and gives back the leases of what has not ended. */
  stop(): Promise<void>;
}

export interface WorkersOptions {
  lanes?: Lane[];
  pollMs?: number;
}

const tidyMs = 3_600_000;

/**
 * The worker role, from the main thread: looks for due work with one cheap query, keeps a thread for each lane that has
 * some, and says in the database that this worker is alive.
 */
export function startWorkers(
  settings: ServiceSettings,
  services: Services,
  { lanes = productLanes, pollMs = 1_000 }: WorkersOptions = {},
): Workers {
  const { config, database, log } = services;
  const { pool } = database;
  const keepers = lanes.map((lane) => openThreadKeeper(lane, settings, services, () => void poll()));
  const self: WorkerRecord = {
    id: newId(),
    roles: [...new Set([...config.roles, 'worker'])],
    processId: process.pid,
    host: hostname(),
  };

  async function startDueLanes(): Promise<void> {
    const idle = keepers.filter((keeper) => !keeper.isRunning());
    if (idle.length === 0) return;
    const due = await dueKinds(
      pool,
      idle.flatMap(({ lane }) => lane.kinds),
    );
    for (const keeper of idle) if (keeper.lane.kinds.some((kind) => due.includes(kind))) keeper.start();
  }

  const poll = once(async () => {
    for (const keeper of keepers) keeper.watch();
    await startDueLanes();
  }, 'due work could not be looked for; tried again');

  const signOfLife = once(() => seeWorker(pool, self), 'this worker could not say that it is alive; tried again');

  const tidy = once(async () => {
    await forgetOldWorkers(pool);
    await removeOldWebhooks(pool);
  }, 'old workers and webhooks could not be removed; tried again');

  /** One at a time, none after stop; a failure is told once until it works again, because it comes back every second. */
  function once(task: () => Promise<void>, complaint: string): () => Promise<void> {
    let under: Promise<void> | undefined;
    let isFailing = false;
    const attempt = async () => {
      try {
        await task();
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ err: error }, complaint);
        isFailing = true;
      }
    };
    return () => {
      if (isStopping) return under ?? Promise.resolve();
      under ??= attempt().finally(() => {
        under = undefined;
      });
      return under;
    };
  }

  let isStopping = false;
  const timers = [
    setInterval(() => void poll(), pollMs),
    setInterval(() => void signOfLife(), (config.leaseSeconds * 1000) / 3),
    setInterval(() => void tidy(), tidyMs),
  ];
  void signOfLife();
  void poll();
  void tidy();

  return {
    wake() {
      void poll();
      for (const keeper of keepers) keeper.wake();
    },
    async stop() {
      isStopping = true;
      for (const timer of timers) clearInterval(timer);
      await Promise.all([poll(), signOfLife(), tidy()]);
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      await forgetWorker(pool, self.id);
    },
  };
}
