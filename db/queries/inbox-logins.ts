import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import { type Connection, isDuplicateKey } from '../database.ts';
import type { InboxOwner } from './inbox-files.ts';

/** A login that may be used now, with its connector's configuration. */
export interface StoredInboxLogin extends InboxOwner {
  username: string;
  connectorName: string;
  /** Without secrets, as JSON. */
  config: string;
  sealedSecrets: string | null;
}

/** Undefined also where the connector is disabled or deleted. */
export async function findInboxLogin(pool: Pool, username: string): Promise<StoredInboxLogin | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT l.account_id, l.connector_id, l.username, c.name, c.config, c.sealed_secrets
       FROM inbox_login l JOIN connector c ON c.id = l.connector_id AND c.account_id = l.account_id
      WHERE l.username = ? AND c.deleted_at IS NULL AND c.is_enabled`,
    [Buffer.from(username)],
  );
  const row = rows[0];
  return (
    row && {
      accountId: row.account_id,
      connectorId: row.connector_id,
      username: row.username.toString(),
      connectorName: row.name,
      config: row.config,
      sealedSecrets: row.sealed_secrets,
    }
  );
}

/** Of these connectors, those whose login may still be used, with the time of their last change. */
export async function usableInboxes(pool: Pool, connectorIds: readonly number[]): Promise<Map<number, number>> {
  if (connectorIds.length === 0) return new Map();
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT c.id, c.updated_at FROM connector c JOIN inbox_login l ON l.connector_id = c.id
      WHERE c.id IN (?) AND c.deleted_at IS NULL AND c.is_enabled`,
    [connectorIds],
  );
  return new Map(rows.map((row) => [row.id, new Date(row.updated_at).getTime()]));
}

/** The account's inbox by its connector's name or its login, disabled ones too. */
export async function findInbox(
  connection: Connection,
  accountId: number,
  which: { name: string } | { username: string },
): Promise<{ connectorId: number; name: string; username: string } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT l.connector_id, l.username, c.name
       FROM inbox_login l JOIN connector c ON c.id = l.connector_id AND c.account_id = l.account_id
      WHERE l.account_id = ? AND c.deleted_at IS NULL AND ${'name' in which ? 'c.name' : 'l.username'} = ?`,
    [accountId, 'name' in which ? which.name : Buffer.from(which.username)],
  );
  const row = rows[0];
  return row && { connectorId: row.connector_id, name: row.name, username: row.username.toString() };
}

/** False where the username is another connector's. */
export async function saveInboxLogin(
  connection: PoolConnection,
  { accountId, connectorId }: InboxOwner,
  username: string,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT username FROM inbox_login WHERE connector_id = ?', [
    connectorId,
  ]);
  if (rows[0]?.username.toString() === username) return true;
  try {
    await connection.query(
      rows[0]
        ? 'UPDATE inbox_login SET username = ? WHERE account_id = ? AND connector_id = ?'
        : 'INSERT INTO inbox_login (username, account_id, connector_id) VALUES (?, ?, ?)',
      [Buffer.from(username), accountId, connectorId],
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

export async function removeInboxLogin(
  connection: PoolConnection,
  { accountId, connectorId }: InboxOwner,
): Promise<void> {
  await connection.query('DELETE FROM inbox_login WHERE account_id = ? AND connector_id = ?', [accountId, connectorId]);
}

/** Another connector that reads what lies in an inbox. */
export interface InboxReader {
  id: number;
  name: string;
}

/**
 * The account's enabled connectors of the type ecc4x that read their reports from the inbox of this name, by id. Where
 * there is one, the inbox is not read by its own connector.
 */
export async function readersOfInbox(connection: Connection, accountId: number, name: string): Promise<InboxReader[]> {
  // Converted, it compares as names of connectors do: MySQL would otherwise tell "VLA" and "vla" apart.
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id, name FROM connector WHERE account_id = ? AND type = 'ecc4x' AND is_enabled AND deleted_at IS NULL
        AND JSON_UNQUOTE(JSON_EXTRACT(config, '$.source.kind')) = 'sftp_report'
        AND CONVERT(JSON_UNQUOTE(JSON_EXTRACT(config, '$.source.inbox')) USING utf8mb4) = ? ORDER BY id`,
    [accountId, name],
  );
  return rows.map((row) => ({ id: row.id, name: row.name }));
}
