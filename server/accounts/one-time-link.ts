import { createHash, randomBytes } from 'node:crypto';
import type { SentLink } from '../../db/queries/sent-links.ts';

/**
 * What a link in a mail is still good for. `withdrawn`: its user is disabled or gone. `unknown`: it was never sent, or
 * was over a month ago.
 */
export type LinkState = 'open' | 'used' | 'expired' | 'withdrawn' | 'unknown';

/** A link as the page that it leads to shows it. Null where there is none of that kind. */
export interface LinkView {
  state: LinkState;
  address: string | null;
  /** The address in whose place the other one comes. */
  replaces: string | null;
  account: string | null;
  /** ISO */
  expires_at: string | null;
}

/** 256 random bits: nobody can try them all, so whoever has the token has the link. */
export function newToken(): { token: string; tokenHash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, tokenHash: hashOfToken(token) };
}

/** What is stored of a token: the link cannot be read from the database. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function linkView(link: SentLink | undefined): LinkView {
  if (!link) return { state: 'unknown', address: null, replaces: null, account: null, expires_at: null };
  const { email, replaces, accountName, expiresAt } = link;
  return {
    ...{ state: stateOf(link), address: email, replaces, account: accountName },
    expires_at: expiresAt.toISOString(),
  };
}

function stateOf({ isUsed, isOver, hasUser }: SentLink): LinkState {
  if (!hasUser) return 'withdrawn';
  if (isUsed) return 'used';
  return isOver ? 'expired' : 'open';
}
