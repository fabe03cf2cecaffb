import ssh2 from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { SftpConfig } from './config.ts';

const comment = 'cqa';

/** Gives a connector that signs in by key its pair, where it has none, and the public half of a key that was given. */
export async function prepareKeys(config: SftpConfig): Promise<SftpConfig> {
  if (config.credential.type !== 'ssh_key') return config;
  const given = config.credential.private_key;
  const private_key = given ?? newPrivateKey();
  return { ...config, credential: { type: 'ssh_key', private_key, public_key: publicKeyOf(private_key) } };
}

/** About one in 300 of the keys that the library makes cannot be read, not even by itself; such a one is thrown away. */
export function newPrivateKey(): string {
  for (;;) {
    const { private: made } = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    if (!(ssh2.utils.parseKey(made) instanceof Error)) return made;
  }
}

/** One line for an authorized_keys file: `ssh-ed25519 AAAA… cqa`. */
export function publicKeyOf(privateKey: string): string {
  const parsed = ssh2.utils.parseKey(privateKey);
  if (parsed instanceof Error) throw unusableKey(parsed);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!key?.isPrivateKey()) throw unusableKey();
  return `${key.type} ${key.getPublicSSH().toString('base64')} ${key.comment || comment}`;
}

function unusableKey(cause?: Error): AppError {
  const why = /passphrase|encrypted/i.test(cause?.message ?? '')
    ? 'It is protected by a passphrase; give one without.'
    : 'Paste a whole private key in OpenSSH or PEM form, or leave the field empty to have a pair made.';
  return new AppError('invalid', `This private key cannot be used. ${why}`, {
    cause,
    field: 'credential.private_key',
  });
}
