import { requireWebhook, type WebhookDetail } from '../../../db/queries/webhook-list.ts';
import { idOf } from '../ids.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** One webhook with its payload and every attempt to deliver it. */
export const get = adminOfConsole.input(byUid).query(({ ctx, input }): Promise<WebhookDetail> => {
  return requireWebhook(ctx.services.database.pool, ctx.session.accountId, idOf(input.uid));
});
