import { isDuplicateKey, transaction } from '../../db/database.ts';
import {
  findVerification,
  lockVerification,
  type ProvedAddress,
  verifyAddress,
} from '../../db/queries/email-verification.ts';
import { renameJobCreator } from '../../db/queries/jobs.ts';
import { findUser, type UserRecord } from '../../db/queries/users.ts';
import { AppError } from '../../shared/error.ts';
import { type Mailer, notConfigured, openMailer } from '../email/mailer.ts';
import type { Services } from '../services.ts';
import { type Account, getAccountById } from './account.ts';
import { addressChangedMail } from './address-change-mail.ts';
import { hashOfToken, type LinkState, type LinkView, linkView } from './one-time-link.ts';
import { ownAddress } from './own-address.ts';
import { addressTaken } from './own-address-change.ts';
import { mailVerification } from './verification-link.ts';
import { verificationMail } from './verification-mail.ts';

/**
 * Sends a user a mail with a link that proves his address: good once, for 24 hours. It goes to the address that his
 * account knows and to no other. Throws `conflict` where there is nothing to prove, `rate_limited`, and what the mailer says.
 */
export async function sendVerification(
  services: Services,
  { accountId, userId }: { accountId: number; userId: number },
  mailer: Mailer | undefined = openMailer(services.config),
): Promise<{ address: string }> {
  if (!mailer) throw new AppError('conflict', notConfigured);
  const account = await getAccountById(services, accountId);
  const user = await requireUnverified(services, account, userId);
  await mailVerification(services, mailer, {
    ...{ accountId, userId, email: user.email, replaces: null },
    mail: (link) => verificationMail(account.name, user.email, link),
  });
  return { address: user.email };
}

/** What a link would prove. Looking uses nothing up: programs that look at mails open every link. */
export async function readVerification({ database }: Services, token: string): Promise<LinkView> {
  return linkView(await findVerification(database.pool, hashOfToken(token)));
}

/**
 * Uses a link up: the address is the user's from now on, and proved. Throws `not_found` for one that is used, old or not
 * ours, `conflict` where somebody else of the account has the address by now.
 */
export async function confirmAddress(
  services: Services,
  token: string,
  mailer: Mailer | undefined = openMailer(services.config),
): Promise<{ address: string; accountName: string }> {
  const proved = await useUp(services, token);
  if (!proved) throw new AppError('not_found', refusals[(await readVerification(services, token)).state]);
  const { name } = await getAccountById(services, proved.accountId);
  await tellFormerAddress(services, mailer, name, proved);
  return { address: proved.email, accountName: name };
}

/** The change is made; a mail about it that cannot be sent undoes nothing. */
async function tellFormerAddress(
  { log }: Services,
  mailer: Mailer | undefined,
  accountName: string,
  { email, replaces }: ProvedAddress,
): Promise<void> {
  if (replaces === null || !mailer) return;
  try {
    await mailer.send({ to: [replaces], ...addressChangedMail(accountName, { email, replaces }) });
  } catch (error) {
    log.warn({ err: error }, 'a changed address could not be told to the former one');
  }
}

async function useUp({ database }: Services, token: string): Promise<ProvedAddress | undefined> {
  let wanted = '';
  try {
    return await transaction(database.pool, async (connection) => {
      const found = await lockVerification(connection, hashOfToken(token));
      wanted = found?.email ?? '';
      if (!found || !(await verifyAddress(connection, found))) return undefined;
      const { accountId, email, replaces } = found;
      if (replaces !== null) await renameJobCreator(connection, accountId, { from: replaces, to: email });
      return found;
    });
  } catch (error) {
    if (isDuplicateKey(error)) throw addressTaken(wanted);
    throw error;
  }
}

const again = 'Have another mail sent from the page My account.';

const refusals: Record<LinkState, string> = {
  used: `This link was used already. Where the address is not verified all the same: ${again}`,
  expired: `This link is older than 24 hours, or another one took its place. ${again}`,
  withdrawn: 'This link is not good any more: whoever asked for it cannot sign in now. Ask an admin of your account.',
  unknown: `There is no such link. Copy all of it from the mail; else: ${again}`,
  open: 'Somebody used this link at the same moment. Load the page again.',
};

async function requireUnverified(services: Services, account: Account, userId: number): Promise<UserRecord> {
  const user = await findUser(services.database.pool, account.id, userId);
  if (!user || user.disabledAt) throw noLongerSignsIn();
  const { state, message } = ownAddress(user, account);
  if (state === 'unverified') return user;
  throw new AppError('conflict', state === 'ready' ? `${user.email} is verified already.` : message);
}

export function noLongerSignsIn(): AppError {
  return new AppError('forbidden', 'You cannot sign in any more. Ask an admin.');
}
