import { randomBytes, randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import {
  type EmbedSecretRow,
  insertEmbedSecret,
  revokeEmbedSecrets,
  selectEmbedSecret,
  selectEmbedSecrets,
  useUpToken,
} from '../../db/queries/console-embed.ts';
import { selectUserOfAccount } from '../../db/queries/console-users.ts';
import { uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { SessionServices } from './sessions.ts';

const embedAudience = 'cqa-console';
/** A token lives at most so long by its own clock. */
const longestTokenSeconds = 5 * 60;
/**
 * How wrong the host's clock may be. It makes a token good for up to 15 minutes by ours, which is why each is good for
 * one use only.
 */
const clockToleranceSeconds = 10 * 60;
/** An old and a new one, so that a host can change over without a moment in which nobody gets in. */
const liveSecrets = 2;

/** Makes a signing secret for the host's backend; the account's older ones beyond two are revoked. Shown only now. */
export async function createEmbedSecret(
  services: SessionServices,
  accountId: number,
): Promise<{ kid: string; secret: string }> {
  const { pool } = services.database;
  const kid = `ek_${randomBytes(9).toString('base64url')}`;
  const secret = randomBytes(32).toString('base64url');
  await insertEmbedSecret(pool, { kid, accountId, sealedSecret: services.keyring.seal(secret) });
  const others = (await selectEmbedSecrets(pool, accountId)).filter((row) => row.kid !== kid);
  await revokeEmbedSecrets(
    pool,
    accountId,
    others.slice(liveSecrets - 1).map((row) => row.kid),
  );
  return { kid, secret };
}

/** What a host's backend would sign for its user, with the account's newest secret. */
export async function signEmbedToken(
  services: SessionServices,
  account: { id: number; uid: string },
  email: string,
): Promise<string> {
  const [newest] = await selectEmbedSecrets(services.database.pool, account.id);
  if (!newest)
    throw new AppError(
      'not_found',
      `Account ${account.uid} has no embedding secret yet. "cqa account embed-secret --account ${account.uid}" makes one.`,
    );
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: newest.kid })
    .setIssuer(account.uid)
    .setSubject(email)
    .setAudience(embedAudience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('2 minutes')
    .sign(keyOf(services, newest));
}

/**
 * Accepts a host's token once and says whose session it opens. Role and account come from our tables, never from the
 * token. Throws `unauthorized` in words that the host's developer can act on.
 */
export async function acceptEmbedToken(
  services: SessionServices,
  token: string,
): Promise<{ accountId: number; userId: number; userUid: string }> {
  const { pool } = services.database;
  const secret = await secretOf(services, token);
  const { email, jti, expiresAt } = await claimsOf(services, token, secret);
  const user = await selectUserOfAccount(pool, secret.account_id, email);
  if (!user) throw refused(`There is no user ${email} in this account. An admin has to make one first.`);
  if (!(await useUpToken(pool, { accountId: secret.account_id, jti, expiresAt })))
    throw refused('This token was used before. The host has to sign a new one, with a jti of its own, for each use.');
  return { accountId: secret.account_id, userId: user.id, userUid: uuidText(user.uid) };
}

async function secretOf(services: SessionServices, token: string): Promise<EmbedSecretRow> {
  const kid = kidOf(token);
  const secret = kid === undefined ? undefined : await selectEmbedSecret(services.database.pool, kid);
  if (!secret)
    throw refused(
      'The token\'s header names no key ("kid") that is known here. "cqa account embed-secret" makes one for the host.',
    );
  return secret;
}

function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch (cause) {
    throw refused('The token is no signed JWT.', cause);
  }
}

const claimsSchema = z.object({
  sub: z.string().trim().min(1).max(191),
  jti: z.string().min(1).max(128),
  iat: z.number(),
  exp: z.number(),
});

async function claimsOf(
  services: SessionServices,
  token: string,
  secret: EmbedSecretRow,
): Promise<{ email: string; jti: string; expiresAt: Date }> {
  const parsed = claimsSchema.safeParse(await verify(services, token, secret));
  if (!parsed.success) throw refused('The token needs the claims sub (an e-mail), jti, iat and exp.', parsed.error);
  const { sub, jti, iat, exp } = parsed.data;
  if (exp - iat > longestTokenSeconds) throw refused('The token lives too long: exp is at most 5 minutes after iat.');
  if (iat - Date.now() / 1000 > clockToleranceSeconds)
    throw refused('The token is from the future: the clock of the host and ours are more than 10 minutes apart.');
  // A minute more than it can be accepted, so that the row outlives the token on every server's clock.
  return { email: sub, jti, expiresAt: new Date((exp + clockToleranceSeconds + 60) * 1000) };
}

async function verify(services: SessionServices, token: string, secret: EmbedSecretRow): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keyOf(services, secret), {
      algorithms: ['HS256'],
      issuer: uuidText(secret.account_uid),
      audience: embedAudience,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refused(refusalOf(error), error);
    throw error;
  }
}

function refusalOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired. The host has to sign a new one for each use.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is missing or not what it must be for this account.`;
  return "The token is not signed with this account's embedding secret (HS256).";
}

function keyOf({ keyring }: SessionServices, { sealed_secret }: EmbedSecretRow): Uint8Array {
  return new TextEncoder().encode(keyring.open(sealed_secret));
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('unauthorized', message, { cause });
}
