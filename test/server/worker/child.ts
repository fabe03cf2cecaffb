import { transaction } from '../../../db/database.ts';
import { holdsWork } from '../../../db/queries/work-claim.ts';
import { openServices, type ServiceSettings } from '../../../server/services.ts';
import { serve } from '../../../server/worker/serve.ts';
import { ledgerHandler } from './ledger.ts';

/** A worker in a process of its own, to be killed or frozen while it works: it says `working` and never ends by itself. */
const settings = JSON.parse(process.argv[2] ?? '') as ServiceSettings;
const services = await openServices(settings, { silentSeconds: Math.max(1, settings.config.leaseSeconds / 2) });
const { pool } = services.database;

serve(services, [
  ledgerHandler(services, {
    doer: 'child',
    // Inside a transaction that holds the row, which is the hardest place to be frozen in.
    during: (work) =>
      transaction(pool, async (connection) => {
        await holdsWork(connection, work);
        console.log('working');
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          await connection.query('SELECT 1');
        }
      }).catch((error) => {
        console.log('thrown out');
        throw error;
      }),
  }),
]);
