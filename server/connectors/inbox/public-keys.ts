import ssh2, { type ParsedKey } from 'ssh2';
import { AppError } from '../../../shared/error.ts';

const kinds = new Set(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa']);
const shortestRsaBits = 2048;

/** Reads one line of an authorized_keys file or a `.pub` file. Throws `invalid` for what may not sign in. */
export function parsePublicKey(line: string): ParsedKey {
  const key = ssh2.utils.parseKey(line.trim());
  if (key instanceof Error || Array.isArray(key) || key.isPrivateKey())
    throw unusable(
      'It is not a public key in the OpenSSH form ("ssh-ed25519 AAAA…"). Take the content of the .pub file; PuTTYgen shows it as "Public key for pasting".',
    );
  if (!kinds.has(key.type)) throw unusable(`Keys of the kind ${key.type} are too weak. Make an ed25519 key.`);
  if (key.type === 'ssh-rsa' && rsaBits(key.getPublicSSH()) < shortestRsaBits)
    throw unusable(`RSA keys must have ${shortestRsaBits} bits or more. Make a new one, or an ed25519 key.`);
  return key;
}

/** The key's kind, and its line without whatever else stood beside it: `ssh-ed25519 AAAA… comment`. */
export function normalPublicKey(line: string): string {
  const key = parsePublicKey(line);
  return [key.type, key.getPublicSSH().toString('base64'), key.comment].filter(Boolean).join(' ');
}

/** RFC 4253, 6.6: the kind, the exponent, the modulus, each with its length before it; a zero byte leads the modulus. */
function rsaBits(blob: Buffer): number {
  let at = 0;
  let last: Buffer = Buffer.alloc(0);
  while (at < blob.length) {
    const length = blob.readUInt32BE(at);
    last = blob.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return (last[0] === 0 ? last.length - 1 : last.length) * 8;
}

function unusable(why: string): AppError {
  return new AppError('invalid', `This public key cannot be used. ${why}`, { field: 'public_keys' });
}
