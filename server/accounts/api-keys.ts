import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PoolConnection } from 'mysql2/promise';
import { z } from 'zod';
import { transaction } from '../../db/database.ts';
import { lockAccount } from '../../db/queries/account-lock.ts';
import {
  countKeys,
  insertKey,
  type KeyStatus,
  type ListedKey,
  retireKey,
  revokeKey,
  type StoredKey,
  selectKey,
  selectKeys,
  selectNewestActiveKey,
} from '../../db/queries/api-keys.ts';
import { newId, parseUuid, uuidText } from '../../db/uuid.ts';
import { activeKeysMost, type NewApiKey, newApiKeySchema, retiringKeysMost, type Scope } from '../../shared/api-key.ts';
import { AppError } from '../../shared/error.ts';
import { parseInput } from '../parse-input.ts';
import type { Services } from '../services.ts';

/** A key as it is shown. Times are ISO instants. */
export interface ApiKeyView {
  uid: string;
  name: string;
  status: KeyStatus;
  /** `cqa_ab12…wxyz` */
  masked_key: string;
  scopes: Scope[];
  created_at: string;
  created_by: string;
  last_used_at: string | null;
  expires_at: string | null;
  /** When a key that is being rotated out ends. */
  retires_at: string | null;
}

/** What is told once, when a key is made: nobody can read it again. */
export interface MadeApiKey {
  uid: string;
  api_key: string;
  signing_secret: string;
}

type Keys = Pick<Services, 'database' | 'keyring'>;

const keyPattern = /^cqa_([0-9A-Za-z]{12})_([0-9A-Za-z_-]{43})$/;

/** The parts of a key's text; undefined for a text that cannot be a key. */
export function parseApiKey(text: string): { lookup: string; secretHash: Buffer } | undefined {
  const [, lookup, secret] = keyPattern.exec(text) ?? [];
  return lookup && secret ? { lookup, secretHash: hashOf(secret) } : undefined;
}

/** Compares in constant time. */
export function isSecretOf(stored: Pick<StoredKey, 'secretHash'>, secretHash: Buffer): boolean {
  return timingSafeEqual(stored.secretHash, secretHash);
}

/**
 * Makes a key. At most two may be active at once, also when several are asked for at the same time: throws `conflict`
 * that says to revoke or rotate one.
 */
export async function createApiKey(
  services: Keys,
  accountId: number,
  input: NewApiKey,
  by: string,
): Promise<MadeApiKey> {
  const { name, scopes, expires_in_days: days } = parseInput(newApiKeySchema, input);
  return transaction(services.database.pool, async (connection) => {
    await lock(connection, accountId);
    if ((await countKeys(connection, accountId)).active >= activeKeysMost) throw tooManyActive();
    const expiresInSeconds = days === undefined ? null : days * 86_400;
    return make(services, connection, { accountId, name, scopes: [...new Set(scopes)], by, expiresInSeconds });
  });
}

/** All keys of the account, also those that have ended; those in use first, then the newest. */
export async function listApiKeys({ database }: Pick<Services, 'database'>, accountId: number): Promise<ApiKeyView[]> {
  return (await selectKeys(database.pool, accountId)).map(view);
}

/** Ends the key at once, with every token that was made from it. Throws `not_found`. */
export async function revokeApiKey(
  { database }: Pick<Services, 'database'>,
  accountId: number,
  uid: string,
): Promise<void> {
  const id = parseUuid(uid);
  if (!id || !(await revokeKey(database.pool, accountId, id))) throw noKey();
}

/** Hours; 0 ends the old key at once. */
export const overlapSchema = z.number().min(0).max(720).default(24);

const rotationSchema = z.object({ overlapHours: overlapSchema });
export type Rotation = z.input<typeof rotationSchema>;

/**
 * Makes a key of the same name, scopes and lifetime; the old one goes on for the overlap and no longer counts among the
 * two. Throws `conflict` when there is nothing left to rotate, or two are being rotated out already.
 */
export async function rotateApiKey(
  services: Keys,
  accountId: number,
  uid: string,
  input: Rotation,
  by: string,
): Promise<MadeApiKey> {
  const { overlapHours } = parseInput(rotationSchema, input);
  const id = parseUuid(uid);
  if (!id) throw noKey();
  return transaction(services.database.pool, async (connection) => {
    await lock(connection, accountId);
    const old = await selectKey(connection, accountId, id);
    if (!old) throw noKey();
    requireActive(old);
    if (overlapHours > 0 && (await countKeys(connection, accountId)).retiring >= retiringKeysMost)
      throw tooManyRetiring(old.name);
    await retireKey(connection, accountId, id, Math.round(overlapHours * 3600));
    const { name, scopes, lifetimeSeconds: expiresInSeconds } = old;
    return make(services, connection, { accountId, name, scopes, by, expiresInSeconds });
  });
}

/** The key that signs webhooks now: the newest active one; undefined when the account has none. */
export async function newestSigningKey(
  { database, keyring }: Keys,
  accountId: number,
): Promise<{ uid: string; secret: string } | undefined> {
  const key = await selectNewestActiveKey(database.pool, accountId);
  return key && { uid: key.uid, secret: keyring.open(key.sealedSigningSecret) };
}

async function make(
  { keyring }: Keys,
  connection: PoolConnection,
  key: { accountId: number; name: string; scopes: Scope[]; by: string; expiresInSeconds: number | null },
): Promise<MadeApiKey> {
  const uid = newId();
  const [lookup, secret, signing] = [randomText(12), randomText(43), randomText(43)];
  const signingSecret = `whsec_${signing}`;
  const { by: createdBy, ...facts } = key;
  await insertKey(connection, {
    ...facts,
    uid,
    lookup,
    secretHash: hashOf(secret),
    hint: secret.slice(-4),
    sealedSigningSecret: keyring.seal(signingSecret),
    createdBy,
  });
  return { uid: uuidText(uid), api_key: `cqa_${lookup}_${secret}`, signing_secret: signingSecret };
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Base 62: a double click selects all of it. Bytes beyond the last whole round of letters would favour the first. */
function randomText(length: number): string {
  let text = '';
  while (text.length < length)
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += letters[byte % 62];
  return text;
}

/** A random secret of 256 bits needs no slow hash: nobody can try them all. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

async function lock(connection: PoolConnection, accountId: number): Promise<void> {
  if (!(await lockAccount(connection, accountId))) throw new AppError('not_found', 'This account is no longer there.');
}

function requireActive({ name, status, retiresAt }: ListedKey): void {
  if (status === 'active') return;
  const why =
    status === 'retiring'
      ? `is being rotated out already and ends at ${retiresAt?.toISOString()}. Rotate the key that took its place`
      : `${status === 'revoked' ? 'is revoked' : 'has expired'}. Generate a new key`;
  throw new AppError('conflict', `The key "${name}" ${why}.`);
}

function view({ lookup, hint, ...key }: ListedKey): ApiKeyView {
  const { uid, name, status, scopes, createdBy } = key;
  return {
    uid,
    name,
    status,
    masked_key: `cqa_${lookup.slice(0, 4)}…${hint}`,
    scopes,
    created_at: key.createdAt.toISOString(),
    created_by: createdBy,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    retires_at: key.retiresAt?.toISOString() ?? null,
  };
}

function tooManyActive(): AppError {
  return new AppError(
    'conflict',
    `This account has ${activeKeysMost} active keys, which is the most there may be. Revoke one that is no longer used, or rotate it: a key being rotated out does not count.`,
  );
}

function tooManyRetiring(name: string): AppError {
  return new AppError(
    'conflict',
    `The key "${name}" cannot be rotated now: ${retiringKeysMost} keys of this account are being rotated out, which is the most there may be. Revoke one of those, or wait until it has ended.`,
  );
}

function noKey(): AppError {
  return new AppError('not_found', 'This account has no such key.');
}
