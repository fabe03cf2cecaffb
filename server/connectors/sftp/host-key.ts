import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { AppError } from '../../../shared/error.ts';
import type { SftpConfig } from './config.ts';

/** As `ssh-keygen -lf` prints it: SHA256: and the unpadded base64 of the public key's hash. */
export function fingerprint(publicKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}

/**
 * A server has a key of each of these kinds and shows the first kind that we ask for. Somebody may have given us the
 * fingerprint of another one, so where the first does not fit the pinned one, the others are asked for too.
 */
export const hostKeyKinds: ServerHostKeyAlgorithm[][] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
];

export function changedHostKey(config: SftpConfig, seen: string): AppError {
  return new AppError(
    'host_key_changed',
    `The host key of ${config.host} is ${seen}, but ${config.host_key} was expected. Ask whoever runs the server whether its key was changed. If it was, enter the new fingerprint in this connector; if not, somebody else may be answering in its place.`,
    { field: 'host_key' },
  );
}

export function unknownHostKey(config: SftpConfig, seen: string): AppError {
  return new AppError(
    'host_key_unknown',
    `The host key of ${config.host} (${seen}) has not been confirmed yet. Run Test connection on this connector and save it.`,
    { field: 'host_key' },
  );
}
