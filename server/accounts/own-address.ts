import type { UserRecord } from '../../db/queries/users.ts';
import { notConfigured } from '../email/mailer.ts';
import type { Services } from '../services.ts';
import { type Account, getAccountById } from './account.ts';

/** Whether reports may be mailed to a user's own address, and what is missing. */
export type OwnAddressState = 'ready' | 'unverified' | 'other_domain' | 'no_domains';

export interface OwnAddress<State = OwnAddressState> {
  state: State;
  /** What to do about it; empty where it is ready. */
  message: string;
}

/**
 * Analysis data leaves by mail to an address that is verified and lies in one of the account's own mail domains. A
 * subdomain is another domain: it has to be named by itself.
 */
export function ownAddress(
  { email, emailVerifiedAt }: Pick<UserRecord, 'email' | 'emailVerifiedAt'>,
  { name, emailDomains }: Pick<Account, 'name' | 'emailDomains'>,
): OwnAddress {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (emailDomains.length === 0)
    return {
      state: 'no_domains',
      message: `${name} has not said yet which mail domains are its own, so reports cannot be mailed. An admin adds ${domain} under Settings, Users.`,
    };
  if (!emailDomains.some((known) => known.toLowerCase() === domain))
    return {
      state: 'other_domain',
      message: `Reports are mailed to addresses of ${name} alone (${emailDomains.join(', ')}); ${email} is none of them. An admin adds ${domain} under Settings, Users, if it is the account’s own.`,
    };
  if (emailVerifiedAt === null)
    return {
      state: 'unverified',
      message: `${email} is not verified yet. Have the verification mail sent, open its link, then ask for the report again.`,
    };
  return { state: 'ready', message: '' };
}

/** What it is for mails to a user: `not_configured` where this installation sends none. */
export type OwnMail = OwnAddress<OwnAddressState | 'not_configured'>;

/** The same, and whether this installation sends mails at all. */
export async function ownMail(
  services: Services,
  accountId: number,
  user: Pick<UserRecord, 'email' | 'emailVerifiedAt'>,
): Promise<OwnMail> {
  if (services.config.emailFrom === undefined) return { state: 'not_configured', message: notConfigured };
  return ownAddress(user, await getAccountById(services, accountId));
}
