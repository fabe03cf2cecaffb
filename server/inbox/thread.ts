import { parentPort, workerData } from 'node:worker_threads';
import { openServices, type ServiceSettings, type Services } from '../services.ts';
import { announceWork, type WorkNames } from '../worker/announce/names.ts';
import { startRepeatedTask } from '../worker/repeated-task.ts';
import { removeLeftovers } from './leftovers.ts';
import { type RunningInbox, startInboxServer } from './server.ts';

/** From the thread. */
export type Report = { listening: number } | { cannotListen: true } | { announced: WorkNames[] };

const connectionLimit = 8;
const tidyMs = 3_600_000;
const longestRetryMs = 10_000;

/** The entry of the inbox's thread: listens until told to stop. */
async function main(settings: ServiceSettings): Promise<void> {
  const services = await openServices(settings, { connectionLimit, name: 'inbox' });
  announceWork(services.database, (announced) => report({ announced }));
  const stopped = new Promise<void>((resolve) => parentPort?.on('message', () => resolve()));
  const server = await listen(services, stopped);
  if (server) {
    const tidying = startRepeatedTask(() => removeLeftovers(services), {
      everyMs: tidyMs,
      log: services.log,
      complaint: 'what deleted inboxes left could not be removed; tried again',
    });
    await stopped;
    await server.close();
    await tidying.stop();
  }
  await services.close();
  parentPort?.close();
}

/** A port that another program holds may be free soon, for example when that is one of ours on its way out. */
async function listen(services: Services, stopped: Promise<void>): Promise<RunningInbox | undefined> {
  const { inboxPort: port, host } = services.config;
  let isStopped = false;
  void stopped.then(() => {
    isStopped = true;
  });
  for (let waitMs = 500; !isStopped; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
    try {
      const server = await startInboxServer(services, { port, host });
      report({ listening: server.port });
      return server;
    } catch (error) {
      if (waitMs === 500)
        services.log.error(
          { err: error, port, host },
          'the inbox cannot listen: see that its port is free, or set CQA_INBOX_PORT; tried again',
        );
      report({ cannotListen: true });
      await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, waitMs))]);
    }
  }
  return undefined;
}

function report(message: Report): void {
  parentPort?.postMessage(message);
}

await main(workerData as ServiceSettings);
