import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startEmbedded } from '../../../db/embedded/embedded.ts';
import { migrate } from '../../../db/migrate.ts';
import { createAccount } from '../../../server/accounts/accounts.ts';
import { readConfig } from '../../../server/config.ts';
import { findConnector, saveConnector } from '../../../server/configuration/connectors.ts';
import { removeLeftovers } from '../../../server/inbox/leftovers.ts';
import { inboxServer } from '../../../server/inbox/server-facts.ts';
import { requireProgram } from '../../../server/machine/programs.ts';
import { openServices, type ServiceSettings, type Services } from '../../../server/services.ts';
import { eventually } from '../../harness/eventually.ts';
import { freePort } from '../../harness/ports.ts';
import { residentKb } from '../memory.ts';

/** The inbox in a process of its own, on an embedded database, with one login for a key. */
export interface Subject {
  port: number;
  username: string;
  services: Services;
  /** What the process has in memory now, in MB. */
  memoryMb(): number;
  /** The greatest that was seen since this was asked last. */
  peakMb(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startSubject(folder: string, publicKey: string): Promise<Subject> {
  const dataDir = join(folder, `data-${randomBytes(4).toString('hex')}`);
  const database = await startEmbedded({ dataDir, serverProgram: requireProgram('database'), redoLogMb: 64 });
  const { socketPath, user, password, database: name } = database;
  const config = {
    ...readConfig({ CQA_DATA_DIR: dataDir, LOG_LEVEL: 'warn', CQA_INBOX_PORT: String(await freePort()) }),
    storageUrl: pathToFileURL(join(dataDir, 'storage')).href,
  };
  const secretKey = randomBytes(32).toString('hex');
  const settings: ServiceSettings = { config, secretKey, address: { socketPath, user, password, database: name } };
  const services = await openServices(settings);
  await migrate(services.database.pool);
  const username = await makeLogin(services, publicKey);
  const program = fileURLToPath(new URL('./process.js', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await eventually('the inbox listens', async () => (await inboxServer(services)).isUp, 30_000);
  const memoryMb = () => residentKb(child.pid ?? 0) / 1024;
  let peak = 0;
  const watching = setInterval(() => {
    peak = Math.max(peak, memoryMb());
  }, 25);
  return {
    port: config.inboxPort,
    username,
    services,
    memoryMb,
    peakMb() {
      const seen = peak;
      peak = 0;
      return seen;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(watching);
      child.kill('SIGTERM');
      await once(child, 'exit');
      await services.close();
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Makes room for the next round: what came is removed as with its connector. */
export async function emptyInbox({ services }: Subject): Promise<void> {
  await services.database.pool.query('UPDATE inbox_file SET connector_id = connector_id + 1000000');
  await removeLeftovers(services);
}

async function makeLogin(services: Services, publicKey: string): Promise<string> {
  const account = { name: 'Bench', adminEmail: 'bench@example.test', adminPassword: randomBytes(12).toString('hex') };
  const { id } = await createAccount(services, { ...account, timezone: 'Asia/Kolkata', console: true });
  const config = { public_keys: [publicKey] };
  const connector = { name: 'bench', direction: 'import', type: 'inbox', config };
  await saveConnector(services, id, connector, { by: 'bench', create: true });
  return (await findConnector(services, id, 'bench')).public_side.username ?? '';
}
