import { z } from 'zod';
import { absoluteMs, openSession } from '../../security/sessions.ts';
import { anybody } from '../trpc.ts';
import { type MatchingUser, matchingUsers, wrongSignIn } from './password.ts';
import type { SignInAnswer } from './view.ts';

const inputSchema = z.strictObject({
  email: z.string().trim().min(1).max(191),
  password: z.string().min(1).max(1000),
  /** The account's id; needed only when the same e-mail and password open several. */
  account: z.guid().optional(),
});

/** Signs in with e-mail and password. Ten failures within 15 minutes for one e-mail from one address, then it waits. */
export const signIn = anybody.input(inputSchema).mutation(async ({ ctx, input }): Promise<SignInAnswer> => {
  const { services, passwordTurns, signInLimit, address } = ctx;
  const tried = () => passwordTurns.take(() => matchingUsers(services, input));
  const matching = await signInLimit.guess(input.email, address, tried);
  if (!matching) throw wrongSignIn();
  const [user, ...others] = matching;
  if (others.length > 0) return { outcome: 'choose_account', accounts: matching.map(choice) };
  const { token, renewal } = await openSession(ctx.services, {
    accountId: user.accountId,
    userId: user.id,
    kind: 'password',
  });
  ctx.setRenewalCookie(renewal);
  return { outcome: 'signed_in', token, expires_in_ms: absoluteMs };
});

function choice({ accountUid, accountName }: MatchingUser) {
  return { account_id: accountUid, name: accountName };
}
