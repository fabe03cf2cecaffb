import { queueAttributeWork } from '../../db/queries/attribute-fill.ts';
import type { ServiceSettings, Services } from '../services.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { startWorkers, type Workers, type WorkersOptions } from '../worker/start.ts';
import { lanes } from './lanes.ts';
import { tidy } from './tidy.ts';

const queueMs = 1_000;
const tidyMs = 3_600_000;

/** The worker role: every lane of the program is served, and what has had its time is removed once an hour. */
export function startWorkerRole(
  settings: ServiceSettings,
  services: Services,
  options: Omit<WorkersOptions, 'lanes'> = {},
): Workers {
  const { database, log } = services;
  const workers = startWorkers(settings, services, { lanes, ...options });
  const queueing = startRepeatedTask(
    async () => {
      if (await queueAttributeWork(database.pool)) workers.wake();
    },
    { everyMs: queueMs, log, complaint: 'what interactions are found by could not be looked for; tried again' },
  );
  const tidying = startRepeatedTask(() => tidy(services), {
    everyMs: tidyMs,
    log,
    complaint: 'old workers, webhooks and idempotency keys could not be removed; tried again',
  });
  return {
    wake: workers.wake,
    async stop() {
      await Promise.all([queueing.stop(), tidying.stop()]);
      await workers.stop();
    },
  };
}
