import { revokeApiKey } from '../../accounts/api-keys.ts';
import { byUid } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** From now on the key, and every token made from it, is refused. */
export const revoke = adminOfConsole.input(byUid).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await revokeApiKey(ctx.services, ctx.session.accountId, input.uid);
  return { ok: true };
});
