import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Direction } from '../../shared/connector.ts';
import { uuidText } from '../uuid.ts';

/** Keeps the first host key seen, and gives the one that is kept now; undefined when the connector is gone. */
export async function rememberHostKey(
  pool: Pool,
  accountId: number,
  connectorId: number,
  hostKey: string,
): Promise<{ kept: string; isNew: boolean } | undefined> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE connector SET config = JSON_SET(config, '$.host_key', ?), updated_at = NOW(3)
     WHERE account_id = ? AND id = ? AND deleted_at IS NULL AND JSON_EXTRACT(config, '$.host_key') IS NULL`,
    [hostKey, accountId, connectorId],
  );
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT JSON_VALUE(config, '$.host_key') AS kept FROM connector WHERE account_id = ? AND id = ? AND deleted_at IS NULL",
    [accountId, connectorId],
  );
  return rows[0] && { kept: rows[0].kept, isNew: result.affectedRows === 1 };
}

/** What is stored of a connector when it is saved. */
export interface SavedFields {
  name: string;
  /** Without secrets. */
  config: Record<string, unknown>;
  sealedSecrets: string | null;
  isEnabled: boolean;
}

export interface NewConnector extends SavedFields {
  accountId: number;
  uid: Buffer;
  direction: Direction;
  type: string;
  createdBy: string;
}

/** Answers the new row's id. Fails with a duplicate key where the account has a connector of that name. */
export async function insertConnector(connection: PoolConnection, connector: NewConnector): Promise<number> {
  const { accountId, uid, name, direction, type, config, sealedSecrets, isEnabled, createdBy } = connector;
  const [{ insertId }] = await connection.query<ResultSetHeader>(
    `INSERT INTO connector (account_id, uid, name, direction, type, config, sealed_secrets, is_enabled, created_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [accountId, uid, name, direction, type, JSON.stringify(config), sealedSecrets, isEnabled, createdBy],
  );
  return insertId;
}

/** A live connector as it is stored. */
export interface StoredConnector extends SavedFields {
  updatedAt: Date;
}

/** Nobody else changes it until the transaction ends. Undefined where it is not there any more. */
export async function lockConnector(
  connection: PoolConnection,
  accountId: number,
  connectorId: number,
): Promise<StoredConnector | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT name, config, sealed_secrets, is_enabled, updated_at FROM connector
      WHERE account_id = ? AND id = ? AND deleted_at IS NULL FOR UPDATE`,
    [accountId, connectorId],
  );
  const [row] = rows;
  return (
    row && {
      ...{ name: row.name, config: JSON.parse(row.config), sealedSecrets: row.sealed_secrets },
      ...{ isEnabled: row.is_enabled === 1, updatedAt: row.updated_at },
    }
  );
}

/** Fails with a duplicate key where the account has another connector of that name. */
export async function updateConnector(
  connection: PoolConnection,
  { accountId, connectorId }: { accountId: number; connectorId: number },
  { name, config, sealedSecrets, isEnabled }: SavedFields,
): Promise<void> {
  await connection.query(
    `UPDATE connector SET name = ?, config = ?, sealed_secrets = ?, is_enabled = ?, updated_at = NOW(3)
      WHERE account_id = ? AND id = ? AND deleted_at IS NULL`,
    [name, JSON.stringify(config), sealedSecrets, isEnabled, accountId, connectorId],
  );
}

/** A live connector that reports can be delivered to. */
export interface ExportConnector {
  id: number;
  uid: string;
  name: string;
  type: string;
  isEnabled: boolean;
}

/** By name. */
export async function exportConnectors(pool: Pool, accountId: number): Promise<ExportConnector[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT id, uid, name, type, is_enabled FROM connector WHERE account_id = ? AND direction = 'export' AND deleted_at IS NULL ORDER BY name",
    [accountId],
  );
  return rows.map((row) => ({
    ...{ id: row.id, uid: uuidText(row.uid), name: row.name, type: row.type },
    isEnabled: row.is_enabled === 1,
  }));
}
