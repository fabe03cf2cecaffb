import type { Request } from 'express';
import { findUsableKeyByUid, findUsableKeys, type StoredKey, touchKeys } from '../../db/queries/api-keys.ts';
import type { Scope } from '../../shared/api-key.ts';
import { AppError } from '../../shared/error.ts';
import { type Account, getAccountsById } from '../accounts/account.ts';
import { isSecretOf, parseApiKey } from '../accounts/api-keys.ts';
import { CallGroup } from '../call-group.ts';
import { openAccessToken } from '../security/bearer.ts';
import type { Services } from '../services.ts';

export interface Caller {
  /** With the scopes that it has in this call: those of a token may be fewer. */
  key: StoredKey;
  account: Account;
}

/**
 * Says who calls, by X-API-Key or by a bearer token made from a key. The key is looked up at every call, so that
 * revoking it takes effect at once; the look-ups of one moment are one query. Throws the same `unauthorized` for
 * whatever is wrong, also for another account's path.
 *
 * Wrong keys are not counted: 256 random bits cannot be found by trying.
 */
export type Authenticate = (request: Request, accountUid: string | undefined) => Promise<Caller>;

export function openAuthentication(services: Services): Authenticate {
  const { pool } = services.database;
  const byLookup = new CallGroup<string, StoredKey | undefined>(async (lookups) => {
    const found = new Map((await findUsableKeys(pool, [...new Set(lookups)])).map((key) => [key.lookup, key]));
    return lookups.map((lookup) => found.get(lookup));
  });
  const accounts = new CallGroup<number, Account | undefined>(async (ids) => {
    const found = new Map((await getAccountsById(services, [...new Set(ids)])).map((account) => [account.id, account]));
    return ids.map((id) => found.get(id));
  });
  const noteUse = openUseNotes(services);

  return async (request, accountUid) => {
    const key = await keyOf(request, services, byLookup);
    if (!key || (accountUid !== undefined && key.accountUid !== accountUid.toLowerCase())) throw unauthorized();
    const account = await accounts.add(key.accountId);
    if (!account) throw unauthorized();
    noteUse(key.id);
    return { key, account };
  };
}

/** Throws `forbidden` when the key may not do this. */
export function requireScope({ scopes, name }: StoredKey, scope: Scope): void {
  if (scopes.includes(scope)) return;
  throw new AppError(
    'forbidden',
    `The key "${name}" may not do this: it lacks the scope "${scope}". Use a key that has it, or generate one on the API Access page.`,
  );
}

async function keyOf(
  { headers }: Request,
  { database, keyring }: Services,
  byLookup: CallGroup<string, StoredKey | undefined>,
): Promise<StoredKey | undefined> {
  const given = headers['x-api-key'];
  if (typeof given === 'string') {
    const parsed = parseApiKey(given.trim());
    const stored = parsed && (await byLookup.add(parsed.lookup));
    return stored && isSecretOf(stored, parsed.secretHash) ? stored : undefined;
  }
  const [, token] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const claims = token ? await openAccessToken(keyring, token) : undefined;
  const stored = claims && (await findUsableKeyByUid(database.pool, claims.keyUid));
  if (!stored || stored.accountUid !== claims.accountUid) return undefined;
  return { ...stored, scopes: stored.scopes.filter((scope) => claims.scopes.includes(scope)) };
}

const noteEveryMs = 60_000;

/** Keeps when a key was last used, to the minute; nobody waits for it. */
function openUseNotes({ database, log }: Services): (keyId: number) => void {
  const noted = new Map<number, number>();
  return (keyId) => {
    const now = Date.now();
    if (now - (noted.get(keyId) ?? 0) < noteEveryMs) return;
    noted.set(keyId, now);
    touchKeys(database.pool, [keyId]).catch((error: unknown) => {
      noted.delete(keyId);
      log.warn({ err: error }, 'when an API key was last used could not be written');
    });
  };
}

function unauthorized(): AppError {
  return new AppError(
    'unauthorized',
    'This call needs a valid API key of this account: send it in the header X-API-Key, or a token of /oauth/token as "Authorization: Bearer …". A key that was revoked or has expired is not valid.',
  );
}
