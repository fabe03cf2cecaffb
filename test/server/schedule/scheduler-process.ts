import { fireDueJobs } from '../../../server/schedule/fire.ts';
import { openServices, type ServiceSettings } from '../../../server/services.ts';

/**
 * A scheduler in a process of its own, for races: started by `startSchedulerProcess`, it opens the services it is sent,
 * and at each instant it is sent it fires what is due and answers how many executions it made.
 */
type Message = { settings: ServiceSettings } | { nowMs: number };

let services: Awaited<ReturnType<typeof openServices>> | undefined;

process.on('message', (message: Message) => {
  void answer(message).then((fired) => process.send?.({ fired }));
});
process.on('disconnect', () => process.exit(0));

async function answer(message: Message): Promise<number> {
  if ('nowMs' in message && services) return await fireDueJobs(services, new Date(message.nowMs));
  if ('settings' in message) services = await openServices(message.settings);
  return 0;
}
