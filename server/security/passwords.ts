import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../shared/error.ts';
import { shortestPassword } from '../../shared/password.ts';

/**
 * What a new hash costs, which is kept with it. One of OWASP's settings for scrypt: N = 2^15, r = 8, p = 3 takes 32 MB and
 * a quarter of a second. Tests, which make a thousand users, lower N.
 */
export const passwordCost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 } satisfies ScryptOptions;
const keyBytes = 32;

/** `scrypt$N$r$p$salt$hash`. Throws `invalid` for a password that is too short. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < shortestPassword)
    throw new AppError('invalid', `The password is too short: at least ${shortestPassword} characters.`, {
      field: 'password',
    });
  const salt = randomBytes(16);
  const { N, r, p } = passwordCost;
  const hash = await derive(password, salt, passwordCost);
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Compares in constant time. Without a stored hash it takes as long and says no, so that an answer's time tells nothing. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt, hash] = (stored ?? '').split('$');
  if (!salt || !hash) {
    await derive(password, randomBytes(16), passwordCost);
    return false;
  }
  const expected = Buffer.from(hash, 'base64url');
  const given = await derive(password, Buffer.from(salt, 'base64url'), {
    ...passwordCost,
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(given, expected);
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
}
