import type { Opened } from '../open.ts';
import { hasLiveWorker } from '../worker/alive.ts';
import { startWorkers } from '../worker/start.ts';

/** Does `work` while somebody works: a worker that is alive already, else one in this process until `work` is done. */
export async function withWorker<T>({ services, settings }: Opened, work: () => Promise<T>): Promise<T> {
  if (await hasLiveWorker(services)) return work();
  const workers = startWorkers(settings, services);
  try {
    return await work();
  } finally {
    await workers.stop();
  }
}
