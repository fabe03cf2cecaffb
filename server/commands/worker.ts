import type { Opened } from '../open.ts';
import { hasLiveWorker } from '../worker/alive.ts';

/** Does `work` while somebody works: a worker that is alive already, else one in this process until `work` is done. */
export async function withWorker<T>({ services, settings }: Opened, work: () => Promise<T>): Promise<T> {
  if (await hasLiveWorker(services)) return work();
  const { startWorkerRole } = await import('../lanes/start.ts');
  const workers = startWorkerRole(settings, services);
  try {
    return await work();
  } finally {
    await workers.stop();
  }
}
