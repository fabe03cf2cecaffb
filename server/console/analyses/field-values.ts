import { fieldValues } from '../../reports/field-values.ts';
import { signedIn } from '../trpc.ts';
import { scopeOf } from './scope.ts';

/** Values to choose from for the fields that the Analysis List may be filtered by. */
export const values = signedIn.query(({ ctx }): Promise<Record<string, string[]>> => {
  return fieldValues(ctx.services, ctx.session.accountId, scopeOf(ctx.session));
});
