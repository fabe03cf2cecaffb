import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import type { DatabaseAddress } from '../db/database.ts';
import { parseDatabaseUrl } from '../db/database.ts';
import { type EmbeddedConnection, embeddedConnection } from '../db/embedded/connection.ts';
import { startEmbedded } from '../db/embedded/embedded.ts';
import { migrate } from '../db/migrate.ts';
import { AppError } from '../shared/error.ts';
import type { Config } from './config.ts';
import { ensurePrograms, findProgram, requireProgram } from './machine/programs.ts';
import { openServices, type ServiceSettings, type Services } from './services.ts';
import { requireKnownStorage } from './storage/known-storage.ts';
import { checkStorage } from './storage/open.ts';
import { silentSecondsOf } from './worker/silence.ts';

export interface Opened {
  settings: ServiceSettings;
  services: Services;
  /** Closes the services and, where we started it, the embedded database. */
  close(): Promise<void>;
}

interface OpenOptions {
  /** Told about what takes longer than a second: installing, initialising, recovering. */
  say: (line: string) => void;
  /** Use the embedded database of a program that is running, rather than refuse to start beside it. */
  join?: boolean;
  name?: string;
  connectionLimit?: number;
}

/**
 * The database (ours or the one DATABASE_URL names) with today's schema, and the services on it. Everything that runs
 * starts here: the program, and each command of the CLI.
 */
export async function open(
  config: Config,
  { say, join: joins = false, name = 'cqa', connectionLimit = 8 }: OpenOptions,
): Promise<Opened> {
  if (!joins) await whereReachable(say, () => checkStorage(config.storageUrl));
  const database = config.databaseUrl ? external(config.databaseUrl) : await embedded(config, say, joins);
  try {
    const settings = { config, secretKey: readSecretKey(config), address: database.address, ...ffmpeg(config) };
    const silentSeconds = silentSecondsOf(config.leaseSeconds);
    const services = await openServices(settings, { name, connectionLimit, silentSeconds });
    const close = async () => {
      await services.close();
      await database.stop();
    };
    try {
      await migrate(services.database.pool);
      await requireSameKey(services);
      if (!joins) await whereReachable(say, () => requireKnownStorage(services, say));
      return { settings, services, close };
    } catch (error) {
      await services.close();
      throw error;
    }
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** A wrong setting stops the start. A server that is away for the moment does not: what needs it tries again. */
async function whereReachable(say: (line: string) => void, look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'transient') throw error;
    say(`the storage cannot be used at the moment: ${error.message}`);
  }
}

interface Reachable {
  address: DatabaseAddress;
  stop(): Promise<void>;
}

function external(url: string): Reachable {
  return { address: parseDatabaseUrl(url), stop: async () => undefined };
}

async function embedded(config: Config, say: (line: string) => void, joins: boolean): Promise<Reachable> {
  const running = joins ? await embeddedConnection(config.dataDir) : null;
  if (running) return { address: addressOf(running), stop: async () => undefined };
  await ensurePrograms(['database'], { dataDir: config.dataDir, say });
  const serverProgram = requireProgram('database', { dataDir: config.dataDir });
  const server = await startEmbedded({ dataDir: config.dataDir, serverProgram, say });
  return { address: addressOf(server), stop: () => server.stop() };
}

/** The address alone: it is sent to worker threads, which take no functions. */
function addressOf({ socketPath, user, password, database }: EmbeddedConnection): DatabaseAddress {
  return { socketPath, user, password, database };
}

function ffmpeg({ dataDir }: Config): { ffmpegPath?: string } {
  const ffmpegPath = findProgram('ffmpeg', { dataDir });
  return ffmpegPath ? { ffmpegPath } : {};
}

/** With the embedded database the key is made once and kept beside the data, readable by its owner alone. */
function readSecretKey({ secretKey, dataDir }: Config): string {
  if (secretKey) return secretKey;
  const path = join(dataDir, 'secret-key');
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(path, 'utf8').trim();
}

/** A program started with another key would seal what the others cannot open. */
async function requireSameKey({ database, keyring }: Services): Promise<void> {
  await database.pool.query(
    "INSERT INTO installation (name, value) VALUES ('secret_key_id', ?) ON DUPLICATE KEY UPDATE name = name",
    [keyring.keyId],
  );
  const [[row]] = await database.pool.query<RowDataPacket[]>(
    "SELECT value FROM installation WHERE name = 'secret_key_id'",
  );
  if (row?.value !== keyring.keyId)
    throw new AppError(
      'secret_key_wrong',
      'CQA_SECRET_KEY is not the key that this database was set up with. Start with that key; without it the stored secrets cannot be opened.',
    );
}
