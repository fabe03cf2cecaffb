import { type ShownInteraction, showInteraction } from '../../reports/interaction.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { signedIn } from '../trpc.ts';
import { scopeOf } from './scope.ts';

/** One interaction's page. Outside the user's scope it is not there. */
export const interaction = signedIn.input(byId).query(({ ctx, input }): Promise<ShownInteraction> => {
  return showInteraction(ctx.services, ctx.session.accountId, scopeOf(ctx.session), idOf(input.id));
});
