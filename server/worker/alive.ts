import { hasWorkerSeen } from '../../db/queries/workers.ts';
import type { Services } from '../services.ts';

/** Whether somebody is there to do the work: a worker that was heard of within two lease times. */
export function hasLiveWorker({ database, config }: Pick<Services, 'database' | 'config'>): Promise<boolean> {
  return hasWorkerSeen(database.pool, 2 * config.leaseSeconds);
}
