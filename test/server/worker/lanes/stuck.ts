import type { OpenHandlers } from '../../../../server/worker/lane.ts';
import { ledgerHandler } from '../ledger.ts';

/** Asks the database, as all work does, and never gives a sign of life again. */
export const openHandlers: OpenHandlers = (services) => [
  ledgerHandler(services, {
    async during() {
      await services.database.pool.query('DO 1');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  }),
];
