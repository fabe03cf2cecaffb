import { parentPort, workerData } from 'node:worker_threads';
import { openCluster } from '../kafka/open.ts';
import { openServices, type ServiceSettings } from '../services.ts';
import { announceWork, type WorkNames } from '../worker/announce/names.ts';
import { silentSecondsOf } from '../worker/silence.ts';
import { startSupervisor } from './supervisor.ts';

/** From the thread: that it works, and what work its commits have made. */
export type Report = { began: true } | { announced: WorkNames[] };

const connectionLimit = 8;

/** The entry of the streams' thread: reads every stream that is switched on until told to stop. */
async function main(settings: ServiceSettings): Promise<void> {
  const services = await openServices(settings, {
    ...{ connectionLimit, name: 'stream' },
    silentSeconds: silentSecondsOf(settings.config.leaseSeconds),
  });
  announceWork(services.database, (announced) => report({ announced }));
  const stopped = new Promise<void>((resolve) => parentPort?.on('message', () => resolve()));
  const supervisor = startSupervisor(services, { openCluster });
  report({ began: true });
  await stopped;
  await supervisor.stop();
  await services.close();
  parentPort?.close();
}

function report(message: Report): void {
  parentPort?.postMessage(message);
}

await main(workerData as ServiceSettings);
