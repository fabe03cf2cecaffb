import { type FilterField, listFilterFields } from '../../reports/filter-fields.ts';
import { signedIn } from '../trpc.ts';

/** The metadata fields that the Analysis List may be filtered by. */
export const fields = signedIn.query(({ ctx }): Promise<FilterField[]> => {
  return listFilterFields(ctx.services, ctx.session.accountId);
});
