import { findUser, findUserByEmail } from '../../db/queries/users.ts';
import { AppError } from '../../shared/error.ts';
import { type Mailer, notConfigured, openMailer } from '../email/mailer.ts';
import type { Session } from '../security/sessions.ts';
import type { Services } from '../services.ts';
import { getAccountById } from './account.ts';
import { addressChangeMail } from './address-change-mail.ts';
import { mailVerification } from './verification-link.ts';
import { noLongerSignsIn } from './verify-address.ts';

/**
 * Mails a link to the address that the signed-in user wants to have. He keeps the one that he has until somebody opens it
 * there: an address says whose reports come where, and what an agent sees. Earlier such links end. Throws `invalid`,
 * `conflict`, `rate_limited`, and what the mailer says.
 */
export async function askForAddress(
  services: Services,
  { accountId, user, kind }: Pick<Session, 'accountId' | 'user' | 'kind'>,
  email: string,
  mailer: Mailer | undefined = openMailer(services.config),
): Promise<{ address: string }> {
  if (kind === 'embed') throw signedInByHost();
  if (!mailer) throw new AppError('conflict', notConfigured);
  const { pool } = services.database;
  const person = await findUser(pool, accountId, user.id);
  if (!person || person.disabledAt) throw noLongerSignsIn();
  if (email === person.email)
    throw new AppError('invalid', 'This is the address that you have. Enter another one.', { field: 'email' });
  if (await findUserByEmail(pool, accountId, email)) throw addressTaken(email);
  const account = await getAccountById(services, accountId);
  await mailVerification(services, mailer, {
    ...{ accountId, userId: user.id, email, replaces: person.email },
    mail: (link) => addressChangeMail(account.name, { email, replaces: person.email }, link),
  });
  return { address: email };
}

export function addressTaken(email: string): AppError {
  return new AppError('conflict', `This account already has a user ${email}. Enter another address.`, {
    field: 'email',
  });
}

function signedInByHost(): AppError {
  return new AppError(
    'conflict',
    'The product around the console signs you in by your address. Sign in to the console itself to change it, and tell whoever runs that product.',
  );
}
