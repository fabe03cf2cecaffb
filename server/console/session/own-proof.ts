import { AppError } from '../../../shared/error.ts';
import { type ProvedPassword, proveOwnPassword } from '../../accounts/own-password.ts';
import type { Session } from '../../security/sessions.ts';
import type { ConsoleContext } from '../context.ts';

/**
 * For what an open page alone must not be enough: whoever does it knows the signed-in user's password. Guesses are counted
 * as those at the sign-in are, but for the user: his right password clears nobody else's. Throws `invalid`, `rate_limited`.
 */
export async function requireOwnPassword(
  { services, signInLimit, address, session }: ConsoleContext & { session: Session },
  password: string,
): Promise<ProvedPassword> {
  const proved = await signInLimit.guess(session.user.uid, address, () =>
    proveOwnPassword(services, session, password),
  );
  if (proved) return proved;
  throw new AppError('invalid', 'This is not the password that you sign in with. Type it again.', { field: 'current' });
}
