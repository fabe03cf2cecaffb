import { savedFilterSchema } from '../../../shared/saved-filter.ts';
import { rowFilterSchema } from '../../reports/row-filter.ts';
import { createSavedFilter } from '../../reports/saved-filters.ts';
import { signedIn } from '../trpc.ts';

export const contentSchema = savedFilterSchema.extend({ filter: rowFilterSchema });

export const create = signedIn.input(contentSchema).mutation(({ ctx, input }): Promise<{ uid: string }> => {
  return createSavedFilter(ctx.services, ctx.session.accountId, ctx.session.user, input);
});
