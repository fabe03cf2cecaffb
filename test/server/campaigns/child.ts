import { manualImportHandler } from '../../../server/campaigns/finish/handler.ts';
import { openServices, type ServiceSettings } from '../../../server/services.ts';
import { serve } from '../../../server/worker/serve.ts';

/** A worker in a process of its own, to be killed while it imports: it gives a sign of life every few milliseconds. */
const settings = JSON.parse(process.argv[2] ?? '') as ServiceSettings;
const services = await openServices(settings, { silentSeconds: 1 });
serve(services, [manualImportHandler(services)], { pollMs: 20 });
setInterval(() => console.log('alive'), 5);
