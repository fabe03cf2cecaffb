import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { InboxServer } from '../connectors/connector.ts';
import type { Services } from '../services.ts';
import { loadHostKey } from './host-key.ts';

const factName = 'inbox_server';
/** Signs of life come several times within it. */
const aliveSeconds = 60;

/** What senders connect to, and whether some server of this installation listens there. */
export async function inboxServer(services: Services): Promise<InboxServer> {
  const { config, database } = services;
  const { fingerprint, publicKey } = await loadHostKey(services);
  const [rows] = await database.pool.query<RowDataPacket[]>('SELECT value FROM installation WHERE name = ?', [
    factName,
  ]);
  const seen: { port: number; at: number } | undefined = rows[0] && JSON.parse(rows[0].value);
  const isUp = seen !== undefined && Date.now() - seen.at < aliveSeconds * 1000;
  return {
    host: new URL(config.publicUrl).hostname.replace(/^\[|\]$/g, ''),
    // Where any free one is taken, the last that was is the nearest to the truth.
    port: isUp || config.inboxPort === 0 ? (seen?.port ?? config.inboxPort) : config.inboxPort,
    hostKey: fingerprint,
    publicKey,
    isUp,
  };
}

/** A sign of life of a server that listens on this port. */
export async function noteServer(pool: Pool, port: number): Promise<void> {
  const value = JSON.stringify({ port, at: Date.now() });
  await pool.query(
    'INSERT INTO installation (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)',
    [factName, value],
  );
}

/** The server on this port listens no more. */
export async function forgetServer(pool: Pool, port: number): Promise<void> {
  await pool.query("DELETE FROM installation WHERE name = ? AND value LIKE CONCAT('{\"port\":', ?, ',%')", [
    factName,
    port,
  ]);
}
