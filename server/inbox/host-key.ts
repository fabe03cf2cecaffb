import type { RowDataPacket } from 'mysql2/promise';
import { fingerprint } from '../connectors/sftp/host-key.ts';
import { newPrivateKey, publicKeyOf } from '../connectors/sftp/keys.ts';
import type { Services } from '../services.ts';

/** By what senders know this installation's inbox server. */
export interface HostKey {
  /** OpenSSH's form. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  publicKey: string;
  /** `SHA256:…` */
  fingerprint: string;
}

const keyName = 'inbox_host_key';

/** The same for every server of an installation: made by the first that asks, and kept sealed in the database. */
export async function loadHostKey({ database: { pool }, keyring }: Services): Promise<HostKey> {
  const find = () => pool.query<RowDataPacket[]>('SELECT value FROM installation WHERE name = ?', [keyName]);
  let [rows] = await find();
  if (!rows[0]) {
    const sealed = keyring.seal(newPrivateKey());
    // Whoever comes second keeps the key of the first.
    await pool.query('INSERT IGNORE INTO installation (name, value) VALUES (?, ?)', [keyName, sealed]);
    [rows] = await find();
  }
  const privateKey = keyring.open(rows[0]?.value);
  const [type = '', base64 = ''] = publicKeyOf(privateKey).split(' ');
  return { privateKey, publicKey: `${type} ${base64}`, fingerprint: fingerprint(Buffer.from(base64, 'base64')) };
}
