import { transaction } from '../../db/database.ts';
import { findDeliveries, saveDelivery, settleUnneeded } from '../../db/queries/webhook-sending.ts';
import { postponeWork, settleWork, type Work } from '../../db/queries/work.ts';
import { releaseClaims } from '../../db/queries/workers.ts';
import { CallGroup } from '../call-group.ts';
import type { Services } from '../services.ts';
import { WorkAborted } from '../worker/abort.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { type Attempted, attempt, givenUp, hostOf, type SendOptions } from './attempt.ts';
import { Slots } from './slots.ts';

/**
 * Calls spend their time waiting for others, so many may be under way; at most four to one host of an account, and few
 * enough of one account, so that slow receivers leave room for everybody else.
 */
const concurrency = 128;
const limits = { perHost: 4, waitingPerHost: 8, perAccount: 32 };
/** Begun attempts, also those that ended with their program; the contract's three are counted by their outcomes. */
const maxAttempts = 10;
const historyMost = 30;

/**
 * Delivers webhooks at least once: an attempt whose outcome could not be written is made again, with the same delivery
 * id. How each attempt went is written with the work's end or its delay, in one transaction under the work's claim.
 */
export function webhookHandler(services: Services, options: SendOptions = {}): WorkHandler {
  const { pool } = services.database;
  const slots = new Slots(limits);
  const loading = new CallGroup((list: Work[]) => findDeliveries(pool, list));
  const releasing = new CallGroup((list: Parameters<typeof releaseClaims>[1]) => releaseClaims(pool, list));

  /** There is nothing to send; or there is again, because somebody has just asked for it. */
  async function drop(work: Work): Promise<void> {
    if (!(await settleUnneeded(pool, work))) await releasing.add(work);
  }

  return {
    kind: 'webhook',
    concurrency,
    maxAttempts,
    async run(work, signal) {
      const delivery = await loading.add(work);
      if (delivery?.state !== 'pending') return drop(work);
      const slot = await slots.take(work.accountId, hostOf(delivery), signal);
      if ('delayMs' in slot) return void (await releasing.add({ ...work, delayMs: slot.delayMs }));
      const attempted = attempt(services, delivery, options, signal).finally(slot.giveBack);
      await write(services, work, await attempted);
    },
    async giveUp(work, failure) {
      const delivery = await loading.add(work);
      if (delivery?.state !== 'pending') return drop(work);
      await write(services, work, givenUp(delivery, failure));
    },
    // Nothing is kept open between pieces of work.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function write({ database }: Services, work: Work, { delivery, verdict }: Attempted): Promise<void> {
  const state = verdict.state === 'retry' ? 'pending' : verdict.state;
  await transaction(database.pool, async (connection) => {
    const isHeld =
      verdict.state === 'retry'
        ? await postponeWork(connection, work, verdict.delayMs, verdict.failure)
        : await settleWork(connection, work);
    if (!isHeld) throw new WorkAborted('lease_lost');
    await saveDelivery(connection, { ...delivery, state, history: delivery.history.slice(-historyMost) });
  });
}
