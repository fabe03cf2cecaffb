import { join } from 'node:path';
import { type Database, type DatabaseAddress, type OpenOptions, openDatabase } from '../db/database.ts';
import type { Config } from './config.ts';
import { type Log, openLog } from './log.ts';
import { type Egress, openEgress } from './security/egress.ts';
import { type Keyring, openKeyring } from './security/seal.ts';
import { openStorage } from './storage/open.ts';
import type { Storage } from './storage/storage.ts';

/** What the program needs to run, past its modules. One in the main thread, one in each worker thread. */
export interface Services {
  config: Config;
  database: Database;
  keyring: Keyring;
  storage: Storage;
  egress: Egress;
  log: Log;
  close(): Promise<void>;
}

/** Everything here can be cloned into a thread. */
export interface ServiceSettings {
  config: Config;
  secretKey: string;
  address: DatabaseAddress;
  /** Where ffmpeg is, when it is there. */
  ffmpegPath?: string;
}

interface ServiceOptions extends OpenOptions {
  /** For the log. */
  name?: string;
}

export async function openServices(
  { config, secretKey, address }: ServiceSettings,
  { name = 'cqa', ...connecting }: ServiceOptions = {},
): Promise<Services> {
  const keyring = openKeyring(secretKey);
  const storage = openStorage(config.storageUrl, keyring.derive('storage'), join(config.dataDir, 'scratch', 'storage'));
  const egress = openEgress(config.egressAllow);
  const log = openLog(config.logLevel, name);
  // Last: a wrong setting must not leave connections behind, which would keep the program from ending.
  const database = await openDatabase(address, connecting);
  return { config, database, keyring, storage, egress, log, close: () => database.close() };
}
