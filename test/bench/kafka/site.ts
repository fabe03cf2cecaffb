import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DatabaseAddress } from '../../../db/database.ts';
import { startEmbedded } from '../../../db/embedded/embedded.ts';
import { migrate } from '../../../db/migrate.ts';
import { type RoleName, readConfig } from '../../../server/config.ts';
import { requireProgram } from '../../../server/machine/programs.ts';
import { openServices, type Services } from '../../../server/services.ts';
import { cqa } from '../../harness/cqa.ts';
import { startKafka, type TestKafka } from '../../harness/kafka.ts';
import { type Product, startProduct } from '../../harness/product.ts';
import { commandLineOf, parentsOfProcesses } from '../memory.ts';
import { findOurProcess } from './processes.ts';

/** A broker, a database on disk, and an account; the program's processes are started on them as on several machines. */
export interface Site extends AsyncDisposable {
  kafka: TestKafka;
  /** The bench's own look at the same database and storage. */
  services: Services;
  /** Without a process of ours for it (KAFKA_BROKERS), the broker is not in it. */
  processes: Record<string, number>;
  address: DatabaseAddress;
  folder: string;
  start(name: string, roles: RoleName[]): Promise<Product>;
  /** Brings a new account in line with this configuration, as `cqa apply` does. */
  newAccount(configuration: object): Promise<Account>;
}

export interface Account {
  uid: string;
  apply(configuration: object): Promise<void>;
}

type Undo = () => Promise<void> | void;

export interface SiteOptions {
  say: (line: string) => void;
}

export async function startSite({ say }: SiteOptions): Promise<Site> {
  const undo: Undo[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-kafka-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const kafka = await startKafka();
    undo.push(() => kafka.stop());
    const address = await startDatabase(folder, undo);
    const environment = environmentOf(folder, address, kafka.brokers);
    const services = await startServices(environment, address, undo);
    return {
      ...{ kafka, services, address, folder },
      processes: { database: findOurProcess(/mariadbd|mysqld/), ...brokerProcess() },
      start: (name, roles) => startProgram({ name, roles, folder, environment, say }),
      newAccount: (configuration) => newAccount(folder, environment, configuration),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startDatabase(folder: string, undo: Undo[]): Promise<DatabaseAddress> {
  const dataDir = join(folder, 'database');
  const server = await startEmbedded({ dataDir, serverProgram: requireProgram('database'), bufferPoolMb: 384 });
  undo.push(() => server.stop());
  const { socketPath, user, password, database } = server;
  return { socketPath, user, password, database };
}

function environmentOf(folder: string, address: DatabaseAddress, brokers: string[]): NodeJS.ProcessEnv {
  const { socketPath = '', user, password, database } = address;
  return {
    DATABASE_URL: `mysql://${user}:${encodeURIComponent(password)}@localhost/${database}?socket=${encodeURIComponent(socketPath)}`,
    CQA_SECRET_KEY: randomBytes(32).toString('hex'),
    STORAGE_URL: pathToFileURL(join(folder, 'storage')).href,
    CQA_DATA_DIR: join(folder, 'bench'),
    CQA_EGRESS_ALLOW: '127.0.0.0/8',
    KAFKA_BROKERS: brokers.join(','),
    LOG_LEVEL: 'warn',
  };
}

async function startServices(
  environment: NodeJS.ProcessEnv,
  address: DatabaseAddress,
  undo: Undo[],
): Promise<Services> {
  const services = await openServices({
    config: readConfig(environment),
    secretKey: environment.CQA_SECRET_KEY ?? '',
    address,
  });
  undo.push(() => services.close());
  await migrate(services.database.pool);
  return services;
}

function brokerProcess(): Record<string, number> {
  return process.env.KAFKA_BROKERS ? {} : { broker: findOurProcess(/^java\0.*kafka\.Kafka/) };
}

interface ProgramSettings {
  name: string;
  roles: RoleName[];
  folder: string;
  environment: NodeJS.ProcessEnv;
  say: (line: string) => void;
}

/** One process of the program, with a data folder of its own as on a machine of its own. */
async function startProgram({ name, roles, folder, environment, say }: ProgramSettings): Promise<Product> {
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  const said = new Set<string>();
  const product = await startProduct({
    dataDir,
    // `ready` is told as information.
    environment: { ...environment, CQA_DATA_DIR: dataDir, CQA_ROLES: roles.join(','), LOG_LEVEL: 'info' },
    nodeOptions: profilerOptions(),
    say(line) {
      const text = messageOf(line);
      if (!said.has(text)) say(`${name}: ${text}`);
      said.add(text);
    },
  });
  endWithUs(product);
  return product;
}

const running = new Set<number>();

/** Whatever this process ends of: a program that was left behind would go on without its database for ever. */
function endWithUs({ pid }: Product): void {
  if (running.size === 0) {
    process.once('exit', () => running.forEach(endNow));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  }
  running.add(pid);
}

function endNow(pid: number): void {
  // Another process may have the number by now.
  if (parentsOfProcesses().get(pid) === process.pid && commandLineOf(pid).includes('/server/main.js'))
    process.kill(pid, 'SIGKILL');
}

/** BENCH_PROFILE names a folder for V8's profiles of every thread. */
function profilerOptions(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}

function messageOf(line: string): string {
  if (!line.startsWith('{')) return line;
  const { msg, err } = JSON.parse(line) as { msg: string; err?: { message?: string } };
  return err?.message ? `${msg} (${err.message})` : msg;
}

let accounts = 0;

async function newAccount(folder: string, environment: NodeJS.ProcessEnv, configuration: object): Promise<Account> {
  const name = `Bench ${++accounts}`;
  const admin = ['--admin-email', `a${accounts}@bench.example`, '--admin-password', 'long enough!'];
  const call = <T>(...words: string[]) => cqa<T>({ ...process.env, ...environment }, ...words);
  const { account_id: uid } = await call<{ account_id: string }>('account', 'create', '--name', name, ...admin);
  const apply = async (wanted: object) => {
    const file = join(folder, `${uid}.yaml`);
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(wanted));
    await call('apply', '--account', uid, '-f', file);
  };
  await apply(configuration);
  return { uid, apply };
}
