import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../../shared/error.ts';

/** The installation's key, from which each purpose derives one of its own. */
export interface Keyring {
  /** Says which key sealed a text, so that a wrong one is told apart from a damaged text. */
  keyId: string;
  seal(plain: string): string;
  open(sealed: string): string;
  /** A 32-byte key for one purpose (`storage`, `tickets`, …). */
  derive(purpose: string): Buffer;
}

const version = 'v1';

/** Secrets are sealed with AES-256-GCM under a key derived from CQA_SECRET_KEY: `v1.<key id>.<nonce>.<text>.<tag>`. */
export function openKeyring(secretKey: string): Keyring {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secretKey, 'cqa', purpose, 32));
  const key = derive('secrets');
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return {
    keyId,
    derive,
    seal(plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [version, keyId, ...[nonce, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))].join(
        '.',
      );
    },
    open(sealed) {
      const [, sealedBy, ...parts] = sealed.split('.');
      if (sealedBy !== keyId)
        throw new AppError(
          'secret_key_wrong',
          'A stored secret was sealed with another CQA_SECRET_KEY. Start with the key that was set when it was saved.',
        );
      return unseal(key, parts);
    },
  };
}

function unseal(key: Buffer, parts: string[]): string {
  const [nonce, text, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
  if (!nonce || !text || !tag) throw damaged();
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): AppError {
  return new AppError(
    'sealed_data_damaged',
    'A stored secret is damaged and cannot be opened. Enter it again where it belongs.',
    { cause },
  );
}

/** HMAC-SHA256 as base64url, for tickets and links. */
export function sign(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
