import { closeSession } from '../../security/sessions.ts';
import { signedIn } from '../trpc.ts';

export const signOut = signedIn.mutation(async ({ ctx }): Promise<{ ok: true }> => {
  await closeSession(ctx.services, ctx.session);
  ctx.setRenewalCookie(null);
  return { ok: true };
});
