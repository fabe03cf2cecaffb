import type { Role } from '../../shared/configuration.ts';
import type { OwnAccount, User } from '../api/types.ts';
import type { StatusWords } from './status.ts';

/** A role, and what whoever has it sees: in lists, recordings, reports and downloads alike. */
export const roleWords: Record<Role, { word: string; sees: string }> = {
  admin: {
    word: 'Admin',
    sees: 'Sees every interaction and report, and keeps connectors, jobs, users and settings.',
  },
  supervisor: {
    word: 'Supervisor',
    sees: 'Sees the interactions of the teams and campaigns that are named here, and nothing else.',
  },
  agent: {
    word: 'Agent',
    sees: 'Sees the interactions whose agent_email is this person’s own e-mail address, and nothing else.',
  },
};

const verified: StatusWords = {
  word: 'Verified',
  meaning: 'Its owner has opened a link that was mailed there.',
  tone: 'good',
  shape: 'check',
};

const notOpened = 'Its owner has not yet opened a link that was mailed there.';

const unverified: StatusWords = {
  word: 'Not verified',
  meaning: `${notOpened} Until then no report is mailed to it.`,
  tone: 'idle',
  shape: 'clock',
};

const foreign: StatusWords = {
  word: 'Other domain',
  meaning: 'It is in none of the account’s own mail domains, so no report is mailed to it.',
  tone: 'warn',
  shape: 'half',
};

/** Why no report is mailed to an address that is right in itself. */
const noMail: Partial<Record<OwnAccount['address']['state'], string>> = {
  no_domains: 'No report is mailed to it, because the account names no mail domains of its own.',
  not_configured: 'No report is mailed to it, because this installation has no email set up.',
};

/** How a user's address stands with the account's own mail domains. */
export function addressWords({ email, is_verified: isVerified }: User, domains: readonly string[]): StatusWords {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (domains.length > 0 && !domains.some((known) => known.toLowerCase() === domain)) return foreign;
  return isVerified ? verified : unverified;
}

/** The same as its owner sees it. */
export function ownAddressWords({ is_verified: isVerified, state }: OwnAccount['address']): StatusWords {
  if (state === 'other_domain') return foreign;
  const words = isVerified ? verified : unverified;
  const why = noMail[state];
  return why === undefined ? words : { ...words, meaning: `${isVerified ? verified.meaning : notOpened} ${why}` };
}

export const enabledUserWords: StatusWords = {
  word: 'Enabled',
  meaning: 'May sign in, and gets the reports that he asks for.',
  tone: 'good',
  shape: 'check',
};

export const disabledUserWords: StatusWords = {
  word: 'Disabled',
  meaning: 'Cannot sign in and gets no report, until somebody enables this user again.',
  tone: 'idle',
  shape: 'pause',
};

export const invitedUserWords: StatusWords = {
  word: 'Invited',
  meaning: 'Has a link to choose a password with, and has not used it yet.',
  tone: 'busy',
  shape: 'clock',
};

export const passwordlessUserWords: StatusWords = {
  word: 'No password',
  meaning:
    'Signs in only inside your own product, where the page around the console does it. A sign-in link changes that.',
  tone: 'idle',
  shape: 'clock',
};

/** Whether somebody can sign in, and if not, why. */
export function signInWords(user: User): StatusWords {
  if (!user.is_enabled) return disabledUserWords;
  if (user.has_password) return enabledUserWords;
  return user.invited_until === null ? passwordlessUserWords : invitedUserWords;
}
