import { type SignInUser, selectUsersToSignIn } from '../../../db/queries/console-users.ts';
import { uuidText } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import { verifyPassword } from '../../security/passwords.ts';
import type { Services } from '../../services.ts';

export interface MatchingUser {
  id: number;
  accountId: number;
  accountUid: string;
  accountName: string;
}

interface Credentials {
  email: string;
  password: string;
  account?: string | undefined;
}

/** Whoever that e-mail and password open, in every account or in the named one; undefined: nobody. */
export async function matchingUsers(
  services: Services,
  credentials: Credentials,
): Promise<[MatchingUser, ...MatchingUser[]] | undefined> {
  const { email, password, account } = credentials;
  const users = (await selectUsersToSignIn(services.database.pool, email)).map(named);
  const asked = users.filter((user) => account === undefined || user.accountUid === account.toLowerCase());
  const matching: MatchingUser[] = [];
  for (const { passwordHash, ...user } of asked) if (await verifyPassword(password, passwordHash)) matching.push(user);
  // An unknown e-mail takes as long as a known one, so that the answer's time does not tell them apart.
  if (asked.length === 0) await verifyPassword(password, null);
  const [first, ...others] = matching;
  return first && [first, ...others];
}

function named(row: SignInUser): MatchingUser & { passwordHash: string | null } {
  return {
    id: row.id,
    accountId: row.account_id,
    accountUid: uuidText(row.account_uid),
    accountName: row.account_name,
    passwordHash: row.password_hash,
  };
}

/** One answer for an unknown e-mail and a wrong password: neither says which e-mails are known. */
export function wrongSignIn(): AppError {
  return new AppError(
    'unauthorized',
    'E-mail or password is wrong. Check both, or ask an admin to set a new password.',
  );
}
