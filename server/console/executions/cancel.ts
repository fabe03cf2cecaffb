import { cancelExecution } from '../../jobs/cancel.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Asks an execution to stop. What it has stored stays, and its counts stay true. */
export const cancel = adminOfConsole.input(byId).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await cancelExecution(ctx.services, ctx.session.accountId, idOf(input.id));
  ctx.wake();
  return { ok: true };
});
