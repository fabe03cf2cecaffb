import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { startEmbedded } from '../../db/embedded/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { newId } from '../../db/uuid.ts';
import { readConfig } from '../../server/config.ts';
import { lanes } from '../../server/lanes/lanes.ts';
import { requireProgram } from '../../server/machine/programs.ts';
import { openServices, type ServiceSettings, type Services } from '../../server/services.ts';
import { startWorkers, type Workers } from '../../server/worker/start.ts';
import { addConnector, sftpConfig } from '../harness/connectors.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { addWaitingRecordings } from '../harness/waiting-recordings.ts';
import { wavHeader, wavHeaderBytes } from '../harness/wav.ts';
import { type BenchResult, compare } from './result.ts';

const fileCount = 600;
const fileBytes = 500_000;
const roundCount = 5;
const cipher = 'aes128-gcm@openssh.com';
const megabytes = (fileCount * fileBytes) / 1e6;

/**
 * The recordings' real way against OpenSSH's own client, in turns: work rows in the database, a worker thread with the
 * product's handler, SFTP, sealed storage, SHA-256 and states in the database; against `sftp mget` into a folder on the
 * same disk. The server is allowed one cipher, so both use it.
 */
export async function benchRecordings(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-'));
  // The server's login has to get through to its folder below.
  chmodSync(folder, 0o711);
  const undo: Undo[] = [];
  try {
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const files = writeFiles(join(folder, 'server'));
    const sshd = await startSshd({ directory: join(folder, 'server'), ciphers: [cipher] });
    undo.push(() => sshd.stop());
    const product = await startProduct(folder, sshd, undo);
    const workers = startWorkers(product.settings, product.services, { lanes: recordLanes() });
    undo.push(() => workers.stop());
    const rounds: BenchResult['rounds'] = [];
    for (let round = 0; round < roundCount; round++) {
      const peer = await pullByPeer(sshd, join(folder, `peer-${round}`));
      await keepThread(product);
      rounds.push({ peer, ours: await pullByUs(product, workers, files) });
    }
    return compare({ name: 'recordings', unit: 'MB/s', bar: 0.9, notes }, rounds);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

const notes = [
  `${fileCount} files of ${fileBytes / 1000} KB from OpenSSH on this machine, ${cipher} on both sides, median of ${roundCount} alternating rounds`,
  'peer: sftp mget into a folder on the same disk, unsealed and unhashed',
  'ours: from storing the rows to their states in the database, by a worker thread that is up; sealed with AES-256-GCM, SHA-256, embedded database on the same disk',
];

/** WAV files of noise, which no compression can help; by name their SHA-256. */
function writeFiles(directory: string): Map<string, string> {
  mkdirSync(join(directory, 'recordings'), { recursive: true });
  const files = new Map<string, string>();
  for (let i = 0; i < fileCount; i++) {
    const content = Buffer.concat([wavHeader(fileBytes), randomBytes(fileBytes - wavHeaderBytes)]);
    const name = `recordings/call-${String(i).padStart(4, '0')}.wav`;
    writeFileSync(join(directory, name), content);
    files.set(name, createHash('sha256').update(content).digest('hex'));
  }
  return files;
}

type Undo = () => Promise<void> | void;

interface Product {
  services: Services;
  settings: ServiceSettings;
  accountId: number;
  connectorId: number;
}

async function startProduct(folder: string, sshd: Sshd, undo: Undo[]): Promise<Product> {
  const dataDir = join(folder, 'data');
  const database = await startEmbedded({ dataDir, serverProgram: requireProgram('database') });
  undo.push(() => database.stop());
  const config = {
    ...readConfig({ CQA_DATA_DIR: dataDir, CQA_EGRESS_ALLOW: '127.0.0.0/8', LOG_LEVEL: 'warn' }),
    storageUrl: pathToFileURL(join(folder, 'storage')).href,
  };
  const { socketPath, user, password, database: name } = database;
  const address = { socketPath, user, password, database: name };
  const settings: ServiceSettings = { config, secretKey: randomBytes(32).toString('hex'), address };
  const services = await openServices(settings);
  undo.push(() => services.close());
  await migrate(services.database.pool);
  return { services, settings, ...(await configure(services, sshd)) };
}

async function configure(services: Services, sshd: Sshd): Promise<{ accountId: number; connectorId: number }> {
  const [account] = await services.database.pool.query<ResultSetHeader>(
    "INSERT INTO account (uid, name, frame_origins, email_domains) VALUES (?, 'Bench', '[]', '[]')",
    [newId()],
  );
  const connectorId = await addConnector(services, account.insertId, { type: 'sftp', config: sftpConfig(sshd) });
  return { accountId: account.insertId, connectorId };
}

/** MB/s. */
async function pullByPeer(sshd: Sshd, folder: string): Promise<number> {
  mkdirSync(folder);
  settleDisk();
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
  const started = performance.now();
  const client = spawn(
    requireProgram('sftp'),
    [
      ...['-q', '-b', '-', '-c', cipher, '-i', sshd.privateKeyPath, '-P', String(sshd.port)],
      ...options.flatMap((option) => ['-o', option]),
      `${sshd.username}@${sshd.host}`,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  client.stdin.end(`mget recordings/*.wav ${folder}\n`);
  const [code] = await once(client, 'exit');
  if (code !== 0) throw new Error(`sftp ended with ${code}`);
  return megabytes / ((performance.now() - started) / 1000);
}

/** A worker that has work has its thread; the connections are opened anew in each round, as the peer's is. */
async function keepThread(product: Product): Promise<void> {
  const { executionId } = await addWaitingRecordings(product.services, product, [{ audio: 'ftp://none/here.wav' }]);
  await untilDone(product.services, executionId, 1);
}

/** MB/s. Fails when anything is missing or has another hash. */
async function pullByUs(product: Product, workers: Workers, files: Map<string, string>): Promise<number> {
  const { services } = product;
  const names = [...files.keys()];
  settleDisk();
  const started = performance.now();
  const rows = names.map((audio) => ({ audio }));
  const { ids, executionId } = await addWaitingRecordings(services, product, rows);
  workers.wake();
  const failed = await untilDone(services, executionId, fileCount);
  const seconds = (performance.now() - started) / 1000;
  if (failed > 0) throw new Error(`${failed} recordings failed`);
  await verify(services, ids, names, files);
  return megabytes / seconds;
}

function recordLanes() {
  const media = lanes.filter(({ kinds }) => kinds.includes('record'));
  return media.map((lane) => ({
    ...lane,
    kinds: ['record' as const],
    handlers: new URL('./record-lane.js', import.meta.url).href,
  }));
}

/** Waits until so many recordings are here or failed; says how many failed. */
async function untilDone({ database: { pool } }: Services, executionId: Buffer, count: number): Promise<number> {
  for (;;) {
    const [rows] = await pool.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS n, COALESCE(SUM(state = 'failed'), 0) AS failed FROM recording WHERE execution_id = ? AND state IN ('here', 'failed')",
      [executionId],
    );
    if (rows[0]?.n === count) return Number(rows[0].failed);
    await delay(10);
  }
}

async function verify(services: Services, ids: Buffer[], names: string[], files: Map<string, string>): Promise<void> {
  const [rows] = await services.database.pool.query<RowDataPacket[]>(
    'SELECT interaction_id, sha256 FROM recording WHERE interaction_id IN (?)',
    [ids],
  );
  const byId = new Map(rows.map((row) => [row.interaction_id.toString('hex'), row]));
  for (const [i, name] of names.entries()) {
    const row = byId.get(ids[i]?.toString('hex') ?? '');
    if (row?.sha256.toString('hex') !== files.get(name)) throw new Error(`${name} arrived with another content`);
  }
}

/**
 * What earlier rounds have written must not be charged to this one. Nor is anything deleted between them: for a minute
 * ext4 steps over each deleted inode whenever it makes a file.
 */
function settleDisk(): void {
  execFileSync('sync');
}
