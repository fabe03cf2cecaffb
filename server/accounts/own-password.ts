import { transaction } from '../../db/database.ts';
import { endAddressChanges } from '../../db/queries/email-verification.ts';
import { endInvitations } from '../../db/queries/invitations.ts';
import { endOtherSessionsOf, findPasswordHash, replacePassword } from '../../db/queries/own-password.ts';
import { AppError } from '../../shared/error.ts';
import { hashPassword, verifyPassword } from '../security/passwords.ts';
import type { Session } from '../security/sessions.ts';
import type { Services } from '../services.ts';

/** A password that was found to be the user's. */
export interface ProvedPassword {
  password: string;
  /** As it was stored then. */
  stored: string;
}

/** Undefined where it is not the signed-in user's. Throws `conflict` for one who has none: a host signs him in. */
export async function proveOwnPassword(
  { database }: Services,
  { accountId, user }: Pick<Session, 'accountId' | 'user'>,
  password: string,
): Promise<ProvedPassword | undefined> {
  const stored = await findPasswordHash(database.pool, accountId, user.id);
  if (stored === null) throw noPassword();
  return (await verifyPassword(password, stored)) ? { password, stored } : undefined;
}

/**
 * Gives the signed-in user another password. His other sessions end, and so do the links by which somebody could choose a
 * password or another address for him. Throws `invalid` for one that is too short or the same, `conflict` where it was
 * changed meanwhile.
 */
export async function changeOwnPassword(
  { database }: Services,
  { accountId, user, tokenHash }: Pick<Session, 'accountId' | 'user' | 'tokenHash'>,
  before: ProvedPassword,
  password: string,
): Promise<void> {
  if (password === before.password)
    throw new AppError('invalid', 'This is the password that you have. Choose another one.', { field: 'password' });
  const change = { before: before.stored, after: await hashPassword(password) };
  await transaction(database.pool, async (connection) => {
    if (!(await replacePassword(connection, accountId, user.id, change))) throw changedMeanwhile();
    await endOtherSessionsOf(connection, accountId, user.id, tokenHash);
    await endInvitations(connection, accountId, user.id);
    await endAddressChanges(connection, accountId, user.id);
  });
}

function noPassword(): AppError {
  return new AppError(
    'conflict',
    'You have no password: the product around the console signs you in. An admin can give you a link to choose one.',
  );
}

function changedMeanwhile(): AppError {
  return new AppError('conflict', 'Your password was changed elsewhere at this moment. Sign in with the new one.');
}
