import { hostname } from 'node:os';
import type { Pool } from 'mysql2/promise';
import { removeOldAlerts } from '../../db/queries/alerts.ts';
import { removeOldKeys } from '../../db/queries/idempotency.ts';
import { removeOldWaitingItems } from '../../db/queries/waiting-items.ts';
import { removeOldWebhooks } from '../../db/queries/webhook-sending.ts';
import { dueKinds, forgetOldWorkers, forgetWorker, seeWorker, type WorkerRecord } from '../../db/queries/workers.ts';
import { newId } from '../../db/uuid.ts';
import { cancelForgottenImports } from '../campaigns/tidy.ts';
import type { ServiceSettings, Services } from '../services.ts';
import { type Lane, lanes as productLanes } from './lanes.ts';
import { startRepeatedTask } from './repeated-task.ts';
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
  const keepers = lanes.map((lane) => openThreadKeeper(lane, settings, services, () => poll.run()));
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

  const poll = startRepeatedTask(startDueLanes, {
    everyMs: pollMs,
    log,
    complaint: 'due work could not be looked for; tried again',
  });
  // On a timer of its own: polls also come with each wake(), which may be many times a second.
  const watching = setInterval(() => {
    for (const keeper of keepers) keeper.watch();
  }, pollMs);
  const signOfLife = startRepeatedTask(() => seeWorker(pool, self), {
    everyMs: (config.leaseSeconds * 1000) / 3,
    log,
    complaint: 'this worker could not say that it is alive; tried again',
  });
  const tidying = startRepeatedTask(() => tidy(pool), {
    everyMs: tidyMs,
    log,
    complaint: 'old workers, webhooks and idempotency keys could not be removed; tried again',
  });

  return {
    wake() {
      poll.run();
      for (const keeper of keepers) keeper.wake();
    },
    async stop() {
      clearInterval(watching);
      await Promise.all([poll.stop(), signOfLife.stop(), tidying.stop()]);
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      await forgetWorker(pool, self.id);
    },
  };
}

async function tidy(pool: Pool): Promise<void> {
  await cancelForgottenImports(pool);
  await forgetOldWorkers(pool);
  await removeOldWebhooks(pool);
  await removeOldKeys(pool);
  await removeOldAlerts(pool);
  await removeOldWaitingItems(pool);
}
