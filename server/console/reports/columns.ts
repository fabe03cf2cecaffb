import { type ColumnChoices, columnChoices } from '../../reports/column-choices.ts';
import { scopeOf } from '../analyses/scope.ts';
import { signedIn } from '../trpc.ts';

/** What a report's columns are chosen from. */
export const columns = signedIn.query(({ ctx }): Promise<ColumnChoices> => {
  return columnChoices(ctx.services, ctx.session.accountId, scopeOf(ctx.session));
});
