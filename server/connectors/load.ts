import type { Pool, RowDataPacket } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import type { Keyring } from '../security/seal.ts';
import type { ConnectorType } from './connector.ts';
import { connectorType } from './registry.ts';
import { joinSecrets, openSecrets } from './secrets.ts';

/** A configured connector, its secrets opened: for the worker only, never for a door. */
export interface LoadedConnector {
  id: number;
  accountId: number;
  name: string;
  /** The account's. */
  timezone: string;
  type: ConnectorType;
  config: unknown;
  isEnabled: boolean;
  /** It was, since it was chosen: nothing can be had from it, or brought to it. */
  isDeleted?: boolean;
}

/** Reads a connector and opens its secrets. Throws `not_found` when it is not there or was deleted. */
export async function loadConnector(
  { pool }: { pool: Pool },
  keyring: Keyring,
  accountId: number,
  connectorId: number,
): Promise<LoadedConnector> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.id, c.name, c.type, c.config, c.sealed_secrets, c.is_enabled, a.timezone
       FROM connector c JOIN account a ON a.id = c.account_id
      WHERE c.account_id = ? AND c.id = ? AND c.deleted_at IS NULL`,
    [accountId, connectorId],
  );
  const row = rows[0];
  if (!row) throw new AppError('not_found', 'The connector of this job was deleted. Choose another one for the job.');
  const type = connectorType(row.type);
  const secrets = openSecrets(keyring, row.sealed_secrets);
  const config = type.config.parse(joinSecrets(JSON.parse(row.config), secrets));
  const { id, name, timezone } = row;
  return { id, accountId, name, timezone, type, config, isEnabled: row.is_enabled === 1 };
}
