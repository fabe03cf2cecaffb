import { listStreams, type StreamView } from '../../stream/view.ts';
import { adminOfConsole } from '../trpc.ts';

/** The account's streams; small, because it is asked for again and again while they flow. */
export const streams = adminOfConsole.query(({ ctx }): Promise<StreamView[]> => {
  return listStreams(ctx.services.database.pool, ctx.session.accountId);
});
