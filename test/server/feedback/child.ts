import { feedbackHandler } from '../../../server/feedback/handler.ts';
import { openServices, type ServiceSettings } from '../../../server/services.ts';
import { serve } from '../../../server/worker/serve.ts';

/** A worker in a process of its own, to be killed between the brokers' word and the database's. */
const services = await openServices(JSON.parse(process.argv[2] ?? '') as ServiceSettings, { silentSeconds: 15 });
serve(services, [feedbackHandler(services)], { pollMs: 50 });
