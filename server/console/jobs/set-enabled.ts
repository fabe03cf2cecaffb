import { setJobEnabled } from '../../configuration/jobs.ts';
import { enabling } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

export const setEnabled = adminOfConsole.input(enabling).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await setJobEnabled(ctx.services, ctx.session.accountId, input.uid, input.enabled);
  return { ok: true };
});
