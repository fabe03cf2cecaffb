import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type Scope, scopes } from '../../shared/api-key.ts';
import type { Keyring } from './seal.ts';

/** Whose token it is and what it may do: never more than its key may. */
export interface TokenClaims {
  keyUid: string;
  accountUid: string;
  scopes: Scope[];
}

const lifetimeSeconds = 15 * 60;
const audience = 'cqa-api';
/** How far the clocks of an installation's servers may be apart. */
const clockToleranceSeconds = 10;

/** A bearer token for a quarter of an hour. It names its key, which is looked up at every use: revoking ends both. */
export async function signAccessToken(
  keyring: Keyring,
  { keyUid, accountUid, scopes }: TokenClaims,
): Promise<{ token: string; expiresIn: number }> {
  const token = await new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setSubject(keyUid)
    .setIssuer(accountUid)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds} seconds`)
    .sign(keyring.derive('oauth'));
  return { token, expiresIn: lifetimeSeconds };
}

/** What the token says, when it is one of ours and has not ended; undefined for anything else. */
export async function openAccessToken(keyring: Keyring, token: string): Promise<TokenClaims | undefined> {
  const claims = claimsSchema.safeParse(await verify(keyring, token));
  if (!claims.success) return undefined;
  const { sub, iss, scope } = claims.data;
  return { keyUid: sub, accountUid: iss, scopes: scopes.filter((known) => scope.split(' ').includes(known)) };
}

const claimsSchema = z.object({ sub: z.guid(), iss: z.guid(), scope: z.string() });

async function verify(keyring: Keyring, token: string): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyring.derive('oauth'), {
      algorithms: ['HS256'],
      typ: 'at+jwt',
      audience,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'sub', 'iss'],
    });
    return payload;
  } catch (error) {
    // Whatever the library refuses is no token of ours, which the caller tells its own way.
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
