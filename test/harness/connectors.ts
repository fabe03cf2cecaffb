import type { ResultSetHeader } from 'mysql2/promise';
import { newId } from '../../db/uuid.ts';
import { connectorType } from '../../server/connectors/registry.ts';
import { secretPaths, splitSecrets } from '../../server/connectors/secrets.ts';
import type { Services } from '../../server/services.ts';
import type { Direction } from '../../shared/connector.ts';
import type { Sshd } from './sshd.ts';

type Json = Record<string, unknown>;

/** A stored connector, its secrets sealed. Returns its id. */
export async function addConnector(
  { database: { pool }, keyring }: Pick<Services, 'database' | 'keyring'>,
  accountId: number,
  { type, config, direction = 'import' }: { type: string; config: Json; direction?: Direction },
): Promise<number> {
  const schema = connectorType(type).config;
  const { open, secrets } = splitSecrets(schema.parse(config) as Json, secretPaths(schema));
  const uid = newId();
  const [result] = await pool.query<ResultSetHeader>(
    `INSERT INTO connector (account_id, uid, name, direction, type, config, sealed_secrets, created_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'test')`,
    [
      ...[accountId, uid, uid.toString('hex'), direction, type],
      ...[JSON.stringify(open), keyring.seal(JSON.stringify(secrets))],
    ],
  );
  return result.insertId;
}

/** What an `sftp` connector for this server is told. */
export function sftpConfig(sshd: Sshd, more: Json = {}): Json {
  const { host, port, username, password, privateKey, hostKeyFingerprint, directory } = sshd;
  const credential = password ? { type: 'password', password } : { type: 'ssh_key', private_key: privateKey };
  return { host, port, username, credential, host_key: hostKeyFingerprint, directory, ...more };
}
