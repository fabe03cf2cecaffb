import { removeSavedFilter } from '../../reports/saved-filters.ts';
import { byUid } from '../inputs.ts';
import { signedIn } from '../trpc.ts';

export const remove = signedIn.input(byUid).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  await removeSavedFilter(ctx.services, ctx.session.accountId, ctx.session.user, input.uid);
  return { ok: true };
});
