import { type AlertShown, listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { adminOfConsole } from '../trpc.ts';

/** What somebody should look at, the newest first. */
export const list = adminOfConsole.query(({ ctx }): Promise<AlertShown[]> => {
  return listOpenAlerts(ctx.services.database.pool, ctx.session.accountId);
});
