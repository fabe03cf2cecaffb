import { z } from 'zod';
import { uidSchema } from '../../../shared/id.ts';
import { type Invitation, invite } from '../../accounts/invitations.ts';
import { admin } from '../trpc.ts';

const inputSchema = z.strictObject({
  uid: uidSchema,
  /** `link`: it is in the answer, once; `mail`: it is in the mail alone. */
  way: z.enum(['mail', 'link']),
});

/** A link with which a user chooses his first password, or a new one. */
export const inviteUser = admin.input(inputSchema).mutation(({ ctx, input }): Promise<Invitation> => {
  const { accountId, user } = ctx.session;
  return invite(ctx.services, { accountId, uid: input.uid, by: user.email }, input.way);
});
