import { createUser, userInputSchema } from '../../accounts/users.ts';
import { admin } from '../trpc.ts';

/** The address is not verified by that: its owner does it himself, by mail. */
export const create = admin.input(userInputSchema).mutation(async ({ ctx, input }): Promise<{ uid: string }> => {
  const { uid } = await createUser(ctx.services, ctx.session.accountId, { ...input, verified: false });
  return { uid };
});
