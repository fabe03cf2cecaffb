import type { OpenHandlers } from '../../../../server/worker/lane.ts';
import { ledgerHandler } from '../ledger.ts';

/** Keeps ever more, until the thread's heap is full. */
export const openHandlers: OpenHandlers = (services) => [
  ledgerHandler(services, {
    kind: 'record',
    maxAttempts: 9,
    async during() {
      const kept: number[][] = [];
      for (;;) {
        kept.push(new Array(10_000).fill(Math.random()));
        await new Promise(setImmediate);
      }
    },
  }),
];
