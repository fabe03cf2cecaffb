import { hasAnyAccount } from '../../../db/queries/console-users.ts';
import { anybody } from '../trpc.ts';

/** Whether this installation still waits for its first account. */
export const state = anybody.query(async ({ ctx }): Promise<{ needs_account: boolean }> => {
  return { needs_account: !(await hasAnyAccount(ctx.services.database.pool)) };
});
