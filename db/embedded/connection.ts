import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { AppError } from '../../shared/error.ts';
import { folderError, systemCode } from './folders.ts';
import { type Layout, layoutOf } from './layout.ts';
import { lockOwner } from './lock.ts';
import { readRecord } from './record.ts';
import { databaseName, databaseUser, readPassword } from './sign-in.ts';

/** How to reach an embedded database. */
export interface EmbeddedConnection {
  socketPath: string;
  user: string;
  password: string;
  database: string;
}

const answerTimeoutMs = 30_000;
const probeEveryMs = 100;

/**
 * The connection of the embedded database that another process runs on this data folder, once it answers; null when
 * nobody runs it.
 * @throws AppError permission_denied, or database_unavailable when its owner lives and it does not answer for 30 s
 */
export async function embeddedConnection(dataDir: string): Promise<EmbeddedConnection | null> {
  if (!existsSync(join(dataDir, 'database'))) return null;
  const layout = layoutOf(dataDir);
  const deadlineMs = Date.now() + answerTimeoutMs;
  for (;;) {
    const owner = await lockOwner(layout);
    if (owner === null) return null;
    const connection = await answering(layout);
    if (connection !== undefined) return connection;
    if (Date.now() > deadlineMs) {
      const message = `Process ${owner.pid ?? ''} runs the database of ${layout.dataDir}, and it does not answer. Look at its log, or stop it.`;
      throw new AppError('database_unavailable', message);
    }
    await pause(probeEveryMs);
  }
}

/** The connection when its server answers now; undefined while it starts or stops. */
async function answering(layout: Layout): Promise<EmbeddedConnection | undefined> {
  if (!existsSync(layout.record)) return undefined;
  const record = readRecord(layout);
  if (record === undefined) return undefined;
  const connection = {
    socketPath: record.socketPath,
    user: databaseUser,
    password: readPassword(layout),
    database: databaseName,
  };
  try {
    await serverVersion(connection);
    return connection;
  } catch (thrown) {
    if (systemCode(thrown) === 'EACCES') throw folderError(layout.folder, thrown);
    if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'PROTOCOL_CONNECTION_LOST'].includes(systemCode(thrown) ?? ''))
      return undefined;
    const message = `The database of ${layout.dataDir} refuses our sign-in. Stop the process that runs it and start it again.`;
    throw new AppError('database_failed', message, { cause: thrown });
  }
}

/** Signs in and asks for the version: proof that the account works. */
export async function serverVersion(connection: EmbeddedConnection): Promise<string> {
  const { socketPath, user, password, database } = connection;
  const client = await createConnection({ socketPath, user, password, database, connectTimeout: 10_000 });
  try {
    const [rows] = await client.query('SELECT VERSION() AS version');
    const [row] = Array.isArray(rows) ? rows : [];
    return row !== undefined && 'version' in row ? String(row.version) : '';
  } finally {
    await client.end();
  }
}
