import { z } from 'zod';
import { acceptInvitation } from '../../accounts/invitations.ts';
import { absoluteMs, openSession } from '../../security/sessions.ts';
import { anybody } from '../trpc.ts';
import type { SessionGrant } from './view.ts';

const inputSchema = z.strictObject({ token: z.string().min(1).max(100), password: z.string().min(1).max(1000) });

/** The password is the user's from now on, and he is signed in with it. */
export const accept = anybody.input(inputSchema).mutation(async ({ ctx, input }): Promise<SessionGrant> => {
  const accepted = () => acceptInvitation(ctx.services, input.token, input.password);
  const { email, ...opening } = await ctx.passwordTurns.take(accepted);
  await ctx.signInLimit.forgive(email, ctx.address);
  const { token, renewal } = await openSession(ctx.services, { ...opening, kind: 'password' });
  ctx.setRenewalCookie(renewal);
  return { token, expires_in_ms: absoluteMs };
});
