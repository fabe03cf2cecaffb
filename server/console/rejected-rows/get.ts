import { z } from 'zod';
import { type RejectedRowShown, selectRejectedRow } from '../../../db/queries/rejected-rows-page.ts';
import { AppError } from '../../../shared/error.ts';
import { adminOfConsole } from '../trpc.ts';

const inputSchema = z.strictObject({ id: z.number().int().positive() });

/** One row with its whole text, to be read and mended. */
export const get = adminOfConsole.input(inputSchema).query(async ({ ctx, input }): Promise<RejectedRowShown> => {
  const row = await selectRejectedRow(ctx.services.database.pool, ctx.session.accountId, input.id);
  if (!row) throw new AppError('not_found', 'This rejected row is not there. Reload the page to see which are.');
  return row;
});
