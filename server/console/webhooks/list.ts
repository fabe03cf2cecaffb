import { z } from 'zod';
import { findWebhooks, type WebhookRow } from '../../../db/queries/webhook-list.ts';
import { deliveryStates } from '../../../db/queries/webhooks.ts';
import { uidSchema } from '../../../shared/id.ts';
import { idOf } from '../ids.ts';
import { adminOfConsole } from '../trpc.ts';

export interface WebhookPage {
  rows: WebhookRow[];
  /** Give it back as `cursor` for the next page; null on the last. */
  next_cursor: string | null;
}

const pageSize = 50;
const inputSchema = z.strictObject({ state: z.enum(deliveryStates).optional(), cursor: uidSchema.optional() });

/** What the account's servers were told, newest first, 50 a page. */
export const list = adminOfConsole.input(inputSchema).query(async ({ ctx, input }): Promise<WebhookPage> => {
  const found = await findWebhooks(ctx.services.database.pool, ctx.session.accountId, {
    state: input.state,
    before: input.cursor === undefined ? undefined : idOf(input.cursor),
    limit: pageSize + 1,
  });
  const rows = found.slice(0, pageSize);
  return { rows, next_cursor: found.length > pageSize ? (rows.at(-1)?.uid ?? null) : null };
});
