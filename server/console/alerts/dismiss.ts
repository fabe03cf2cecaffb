import { z } from 'zod';
import { dismissAlert } from '../../../db/queries/alerts.ts';
import { AppError } from '../../../shared/error.ts';
import { adminOfConsole } from '../trpc.ts';

/** Somebody has seen to it. Throws `not_found` for what is not open any more. */
export const dismiss = adminOfConsole
  .input(z.strictObject({ id: z.number().int().positive() }))
  .mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
    if (await dismissAlert(ctx.services.database.pool, ctx.session.accountId, input.id)) return { ok: true };
    throw new AppError('not_found', 'This alert is not open any more. Reload the page to see which are.');
  });
