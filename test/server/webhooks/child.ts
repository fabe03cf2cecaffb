import { openServices, type ServiceSettings } from '../../../server/services.ts';
import { webhookHandler } from '../../../server/webhooks/send.ts';
import { serve } from '../../../server/worker/serve.ts';

/** A worker in a process of its own, to be killed while it sends. */
const settings = JSON.parse(process.argv[2] ?? '') as ServiceSettings;
const services = await openServices(settings, { silentSeconds: 1 });
serve(services, [webhookHandler(services)], { pollMs: 50 });
