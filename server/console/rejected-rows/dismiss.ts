import { z } from 'zod';
import { dismissRejectedRows } from '../../../db/queries/rejected-rows-page.ts';
import { AppError } from '../../../shared/error.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({ ids: z.array(z.number().int().positive()).min(1).max(1000) });

/** Rows that nobody wants to mend: they stay, and are not shown as open any more. */
export const dismiss = adminOfConsole
  .input(inputSchema)
  .mutation(async ({ ctx, input }): Promise<{ dismissed: number }> => {
    const { accountId, user } = ctx.session;
    const dismissed = await dismissRejectedRows(ctx.services.database.pool, accountId, input.ids, user.email);
    if (dismissed === 0)
      throw new AppError('not_found', 'None of these rows is open any more. Reload the page to see which are.');
    return { dismissed };
  });
