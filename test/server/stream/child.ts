import { openCluster } from '../../../server/kafka/open.ts';
import { openServices, type ServiceSettings } from '../../../server/services.ts';
import { startSupervisor } from '../../../server/stream/supervisor.ts';

/** A process that reads streams, so that a test can kill it. */
const services = await openServices(JSON.parse(process.argv[2] ?? '') as ServiceSettings);
const supervisor = startSupervisor(services, { openCluster, pollMs: 200, retryMs: 200 });
process.once('SIGTERM', async () => {
  await supervisor.stop();
  await services.close();
});
