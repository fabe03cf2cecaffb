import { removeConnector } from '../../configuration/removal.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

export const remove = adminOfConsole.input(byUid).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await removeConnector(ctx.services, ctx.session.accountId, input.uid);
  return { ok: true };
});
