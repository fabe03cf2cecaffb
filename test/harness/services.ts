import { pathToFileURL } from 'node:url';
import { createAccount } from '../../server/accounts/accounts.ts';
import { type Config, readConfig } from '../../server/config.ts';
import { openLog } from '../../server/log.ts';
import { openEgress } from '../../server/security/egress.ts';
import { openKeyring } from '../../server/security/seal.ts';
import type { ServiceSettings, Services } from '../../server/services.ts';
import { openStorage } from '../../server/storage/open.ts';
import { testDatabase } from './database.ts';
import { scratchFolder } from './folders.ts';

export const testSecretKey = 'a key for tests, and for nothing else';
export const testPassword = 'correct horse battery';

/** The services on a fresh database, with a temporary data folder and loopback allowed. Close them in `after`. */
export async function testServices(overrides: Partial<Config> = {}): Promise<Services> {
  const dataDir = scratchFolder('data');
  const config = {
    ...readConfig({ CQA_DATA_DIR: dataDir, CQA_EGRESS_ALLOW: '127.0.0.0/8', LOG_LEVEL: 'silent' }),
    storageUrl: pathToFileURL(`${dataDir}/storage`).href,
    ...overrides,
  };
  const database = await testDatabase();
  const keyring = openKeyring(testSecretKey);
  return {
    config,
    database,
    keyring,
    storage: openStorage(config.storageUrl, keyring.derive('storage')),
    egress: openEgress(config.egressAllow),
    log: openLog(config.logLevel),
    close: () => database.close(),
  };
}

/** The same services for workers with another lease: a long one is not ended by a pause of the machine. */
export function withLease(services: Services, leaseSeconds: number): Services {
  return { ...services, config: { ...services.config, leaseSeconds } };
}

/** What a worker thread or another process needs to work on the same services. */
export function settingsOf({ config, database }: Services): ServiceSettings {
  return { config, secretKey: testSecretKey, address: database.address };
}

let accounts = 0;

/** A new account with an admin; tests keep to accounts of their own, so isolation is tried all the time. */
export async function testAccount(services: Services, { timezone = 'Asia/Kolkata', console = true } = {}) {
  const name = `Account ${++accounts}`;
  const adminEmail = `admin${accounts}@example.test`;
  const account = await createAccount(services, { name, adminEmail, adminPassword: testPassword, timezone, console });
  return { ...account, adminEmail };
}
