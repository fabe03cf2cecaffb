import { listSavedFilters, type SavedFilterView } from '../../reports/saved-filters.ts';
import { signedIn } from '../trpc.ts';

/** One's own filters of the Analysis List and those that are shared. Each shows to each user what he may see. */
export const list = signedIn.query(({ ctx }): Promise<SavedFilterView[]> => {
  return listSavedFilters(ctx.services, ctx.session.accountId, ctx.session.user);
});
