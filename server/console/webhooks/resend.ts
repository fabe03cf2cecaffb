import { resendWebhook } from '../../../db/queries/webhook-list.ts';
import { idOf } from '../ids.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Sends a finished webhook once more, with the same delivery id, by which a receiver knows it again. */
export const resend = adminOfConsole.input(byUid).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await resendWebhook(ctx.services.database.pool, ctx.session.accountId, idOf(input.uid));
  ctx.wake();
  return { ok: true };
});
