import { uidSchema } from '../../../shared/id.ts';
import { changeUser, userChangeSchema } from '../../accounts/users.ts';
import { admin } from '../trpc.ts';

const inputSchema = userChangeSchema.extend({ uid: uidSchema });

/** Role, teams and campaigns, name, a new password, disabled or not: what is given is changed. */
export const update = admin.input(inputSchema).mutation(async ({ ctx, input }): Promise<{ ok: true }> => {
  const { uid, ...change } = input;
  await changeUser(ctx.services, ctx.session.accountId, uid, change);
  return { ok: true };
});
