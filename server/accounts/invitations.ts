import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import { endAddressChanges } from '../../db/queries/email-verification.ts';
import {
  dropInvitation,
  endInvitations,
  findInvitation,
  insertInvitation,
  recentInvitationMails,
  useUpInvitation,
} from '../../db/queries/invitations.ts';
import { endSessionsOf, findUserByEmail, findUserByUid, type UserRecord, updateUser } from '../../db/queries/users.ts';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { type Mailer, notConfigured, openMailer } from '../email/mailer.ts';
import { hashPassword } from '../security/passwords.ts';
import type { Services } from '../services.ts';
import { getAccountById } from './account.ts';
import { invitationMail } from './invitation-mail.ts';
import { requirePause } from './mail-pause.ts';
import { hashOfToken, type LinkState, type LinkView, linkView, newToken } from './one-time-link.ts';
import { noSuchUser } from './users.ts';

/** How long an invitation is good. */
export const invitationMs = 7 * 24 * 3_600_000;

export interface Invitation {
  address: string;
  /** To hand over; null where it was mailed, and then nobody but its reader has it. */
  link: string | null;
  /** ISO */
  expires_at: string;
}

/** Mails of an account to all its users within 24 hours: addresses that nobody has proved are not written to without end. */
const mostMailsOfAccount = 200;

const mailWords = { kind: 'invitation', instead: 'Show the link here and hand it over yourself.' };

/**
 * Makes a link with which a user chooses his password: good once, for 7 days; his earlier ones end. It is mailed to him or
 * given back, never both. Throws `not_found`, `conflict` for one who is disabled or where nothing can be mailed,
 * `rate_limited`, and what the mailer says.
 */
export async function invite(
  services: Services,
  { accountId, uid, by }: { accountId: number; uid: string; by: string },
  way: 'mail' | 'link',
  mailer: Mailer | undefined = openMailer(services.config),
): Promise<Invitation> {
  const isMailed = way === 'mail';
  if (isMailed && !mailer) throw new AppError('conflict', notConfigured);
  const { token, tokenHash } = newToken();
  const { user, createdAt, expiresAt } = await transaction(services.database.pool, async (connection) => {
    await lockAccount(connection, accountId);
    const id = parseUuid(uid);
    const user = requireEnabled(id && (await findUserByUid(connection, accountId, id)));
    if (isMailed) requireMailAllowed(await recentInvitationMails(connection, accountId, user.id));
    if (!isMailed) await endInvitations(connection, accountId, user.id);
    const facts = { tokenHash, accountId, userId: user.id, email: user.email, isMailed, by, validMs: invitationMs };
    return { user, ...(await insertInvitation(connection, facts)) };
  });
  const link = `${services.config.publicUrl}/invitation/${token}`;
  if (isMailed && mailer) {
    await mailLink(services, mailer, { accountId, user, by, link, tokenHash });
    // Only now that somebody has the new one; not those that were made while it was on its way.
    await endInvitations(services.database.pool, accountId, user.id, createdAt);
  }
  return { address: user.email, link: isMailed ? null : link, expires_at: expiresAt.toISOString() };
}

/** The same as a link, for whoever is named by his address. Throws `not_found`. */
export async function inviteByEmail(
  services: Services,
  accountId: number,
  email: string,
  by: string,
): Promise<Invitation> {
  const user = await findUserByEmail(services.database.pool, accountId, email.toLowerCase());
  if (!user) throw new AppError('not_found', `This account has no user ${email}. "cqa user create" makes one.`);
  return invite(services, { accountId, uid: uuidText(user.uid), by }, 'link');
}

function requireEnabled(user: UserRecord | undefined): UserRecord {
  if (!user) throw noSuchUser();
  if (user.disabledAt)
    throw new AppError('conflict', `${user.email} is disabled. Enable this user first, then make the link.`);
  return user;
}

function requireMailAllowed(recent: Awaited<ReturnType<typeof recentInvitationMails>>): void {
  requirePause(recent, mailWords);
  if (recent.ofAccount >= mostMailsOfAccount)
    throw new AppError(
      'rate_limited',
      `The account has mailed ${mostMailsOfAccount} invitations within 24 hours. ${mailWords.instead}`,
    );
}

interface LinkToMail {
  accountId: number;
  user: UserRecord;
  by: string;
  link: string;
  tokenHash: Buffer;
}

async function mailLink(services: Services, mailer: Mailer, { accountId, user, by, ...made }: LinkToMail) {
  const { email, hasPassword } = user;
  try {
    const { name: account } = await getAccountById(services, accountId);
    await mailer.send({ to: [email], ...invitationMail({ account, by, hasPassword }, email, made.link) });
  } catch (error) {
    // Nobody has that link, so it must not count against the next one.
    await dropInvitation(services.database.pool, made.tokenHash);
    throw error;
  }
}

/** Whose password a link would set. Looking uses nothing up. */
export async function readInvitation({ database }: Services, token: string): Promise<LinkView> {
  return linkView(await findInvitation(database.pool, hashOfToken(token)));
}

/**
 * Uses a link up: its user has this password from now on, and whatever he had open ends. A link that was mailed proves his
 * address too. Throws `invalid` for a password that is too short, `not_found` for a link that is used, old or not ours.
 */
export async function acceptInvitation(
  services: Services,
  token: string,
  password: string,
): Promise<{ accountId: number; userId: number; email: string }> {
  const { state, address } = await readInvitation(services, token);
  // Before the password is hashed, which costs much: for a link that leads nowhere nothing is reckoned.
  if (state !== 'open') throw new AppError('not_found', refusals[state]);
  const passwordHash = await hashPassword(password);
  const accepted = await transaction(services.database.pool, async (connection) => {
    const found = await useUpInvitation(connection, hashOfToken(token));
    if (!found) return undefined;
    const { accountId, userId, isMailed } = found;
    const proved = isMailed ? { email_verified_at: new Date() } : {};
    await updateUser(connection, accountId, userId, { password_hash: passwordHash, ...proved });
    await endSessionsOf(connection, accountId, userId);
    await endAddressChanges(connection, accountId, userId);
    return { accountId, userId };
  });
  if (!accepted) throw new AppError('not_found', refusals.used);
  return { ...accepted, email: address ?? '' };
}

const refusals: Record<LinkState, string> = {
  used: 'This link was used already. Sign in with the password that was chosen, or ask an admin for another link.',
  expired: 'This link is not good any more: it is older than 7 days, or a newer one took its place. Ask an admin.',
  withdrawn: 'This link is not good any more: its user cannot sign in now. Ask an admin of your account.',
  unknown: 'There is no such link. Copy all of it as you were given it, or ask an admin for another one.',
  open: 'Somebody used this link at the same moment. Load the page again.',
};
