import type { OpenHandlers } from '../../../../server/worker/lane.ts';
import { ledgerHandler } from '../ledger.ts';

/** Gives no sign of life for more than a second. */
export const openHandlers: OpenHandlers = (services) => [
  ledgerHandler(services, {
    async during() {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    },
  }),
];
