import { randomInt } from 'node:crypto';
import { AppError } from '../../../shared/error.ts';
import { hashPassword, verifyPassword } from '../../security/passwords.ts';
import type { InboxConfig } from './config.ts';

/** What prepare() is told of the connector that is saved. */
export interface Saving {
  name: string;
  /** As it is stored now; undefined for a new one. */
  before: Record<string, unknown> | undefined;
}

/**
 * Makes the login complete: a username where none was given, and of a password its hash alone. A password that is the
 * one already kept changes nothing. Throws `invalid` where nobody could sign in.
 */
export async function prepareLogin(config: InboxConfig, { name, before }: Saving): Promise<InboxConfig> {
  const { password, password_hash, ...others } = config;
  if (password === undefined && password_hash === undefined && config.public_keys.length === 0)
    throw new AppError('invalid', 'Nobody could sign in: give a password, a public key, or both.', {
      field: 'config.password',
    });
  const username = config.username ?? (typeof before?.username === 'string' ? before.username : madeUsername(name));
  const hash = password === undefined ? password_hash : await hashOf(password, password_hash);
  return { ...others, username, ...(hash === undefined ? {} : { password_hash: hash }) };
}

async function hashOf(password: string, kept: string | undefined): Promise<string> {
  return kept !== undefined && (await verifyPassword(password, kept)) ? kept : hashPassword(password);
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789';

/** From the connector's name, and some letters that nobody guesses: usernames are unique among all accounts. */
function madeUsername(name: string): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 24);
  const random = Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('');
  return `${words || 'inbox'}-${random}`;
}
