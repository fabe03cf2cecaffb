import { setImmediate as nextTurn } from 'node:timers/promises';
import { fillAttributes } from '../../db/queries/attribute-fill.ts';
import { restartWork, settleWork } from '../../db/queries/work.ts';
import type { Services } from '../services.ts';
import type { WorkHandler } from '../worker/handler.ts';

/** Accounts that are looked at side by side. */
const concurrency = 2;
/** Until another attempt, after the usual ones have failed. */
const longDelayMs = 60_000;

/**
 * Looks at an account's interactions for the metadata by which they are found, a piece after the other; each is committed
 * with how far it came, so whoever takes the work over goes on there. Nothing is given up: what is not yet looked at is
 * found by reading it, which is right and slow.
 */
export function attributeHandler({ database, log }: Services): WorkHandler {
  const { pool } = database;
  return {
    kind: 'index',
    concurrency,
    maxAttempts: 10,
    async run(work, signal) {
      while (await fillAttributes(pool, work)) {
        signal.throwIfAborted();
        await nextTurn();
      }
      await settleWork(pool, work);
    },
    async giveUp(work, failure) {
      log.warn({ accountId: work.accountId, failure }, 'interactions could not be looked at; tried again from there');
      await restartWork(pool, work, longDelayMs);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
