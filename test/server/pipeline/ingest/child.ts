import { claimWork } from '../../../../db/queries/work.ts';
import { ingestHandler } from '../../../../server/pipeline/ingest/ingest.ts';
import { openServices, type ServiceSettings } from '../../../../server/services.ts';

/** A process that works on the file jobs that are due, to be killed while it does. */
const services = await openServices(JSON.parse(process.argv[2] ?? '') as ServiceSettings);
const handler = ingestHandler(services);
for (const work of await claimWork(services.database.pool, 'ingest', { limit: 1, leaseSeconds: 60 }))
  await handler.run(work, new AbortController().signal);
await services.close();
