import { removeJob } from '../../configuration/jobs.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Its executions stay in the history. */
export const remove = adminOfConsole.input(byUid).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await removeJob(ctx.services, ctx.session.accountId, input.uid);
  return { ok: true };
});
