import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createConnection } from 'mysql2/promise';
import { type Database, type DatabaseAddress, openDatabase, parseDatabaseUrl } from '../../db/database.ts';
import { startEmbedded } from '../../db/embedded/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { ensurePrograms, requireProgram } from '../../server/machine/programs.ts';
import { scratchFolder } from './folders.ts';

/**
 * The server that the tests share: TEST_DATABASE_URL, else one started by the test run (its address in the environment,
 * so that parallel test processes find it), else one started here and now for a single file.
 */
const addressVariable = 'CQA_TEST_SERVER';

let server: Promise<DatabaseAddress> | undefined;

export function testServer(): Promise<DatabaseAddress> {
  server ??= findServer();
  return server;
}

async function findServer(): Promise<DatabaseAddress> {
  if (process.env.TEST_DATABASE_URL) return parseDatabaseUrl(process.env.TEST_DATABASE_URL);
  const inherited = process.env[addressVariable];
  if (inherited) return JSON.parse(inherited) as DatabaseAddress;
  const { address } = await startTestServer();
  return address;
}

/** Starts a throw-away server in memory and tells this process and its children where it is. */
export async function startTestServer(): Promise<{ address: DatabaseAddress; stop(): Promise<void> }> {
  await ensurePrograms(['database'], { dataDir: tmpdir(), say: console.error });
  const dataDir = scratchFolder('database');
  const embedded = await startEmbedded({
    dataDir,
    serverProgram: requireProgram('database'),
    bufferPoolMb: 128,
    redoLogMb: 64,
  });
  const { socketPath, user, password, database } = embedded;
  const address = { socketPath, user, password, database };
  process.env[addressVariable] = JSON.stringify(address);
  return {
    address,
    async stop() {
      await embedded.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A fresh database with today's schema. Close it in `after`. */
export async function testDatabase(): Promise<Database> {
  const address = await freshDatabase();
  const database = await openDatabase(address);
  await migrate(database.pool);
  return {
    ...database,
    async close() {
      await database.close();
      await dropDatabase(address);
    },
  };
}

/** The address of a new, empty database. */
export async function freshDatabase(): Promise<DatabaseAddress> {
  const server = await testServer();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`);
  return { ...server, database: name };
}

/** As DATABASE_URL takes it. */
export function databaseUrlOf({ user, password, database, socketPath, host, port, ssl }: DatabaseAddress): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return socketPath
    ? `mysql://${login}@localhost/${database}?socket=${encodeURIComponent(socketPath)}`
    : `mysql://${login}@${host}:${port ?? 3306}/${database}${ssl ? '?ssl=true' : ''}`;
}

export function dropDatabase({ database }: DatabaseAddress): Promise<void> {
  return onServer(`DROP DATABASE IF EXISTS \`${database}\``);
}

/** One statement on a connection of its own, which stands in no database that may go. */
async function onServer(sql: string): Promise<void> {
  const { ssl: _ssl, database: _database, ...where } = await testServer();
  const connection = await createConnection(where);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
