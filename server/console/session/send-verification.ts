import { sendVerification } from '../../accounts/verify-address.ts';
import { signedIn } from '../trpc.ts';

/** A mail with a link that proves the signed-in user's own address. */
export const sendVerificationMail = signedIn.mutation(({ ctx }): Promise<{ address: string }> => {
  const { accountId, user } = ctx.session;
  return sendVerification(ctx.services, { accountId, userId: user.id });
});
