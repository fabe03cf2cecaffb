import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { embeddedConnection } from '../../db/embedded/connection.ts';
import type { RowCounts } from '../../shared/execution.ts';
import { cqaProcess } from '../harness/cqa.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { writeCsv } from './import/rows.ts';
import { commandLineOf, parentsOfProcesses, residentKb } from './memory.ts';
import { type BenchResult, compare } from './result.ts';

const smallRowCount = 50_000;
const memoryLimitMb = 256;
const sampleEveryMs = 50;

interface Run {
  execution_id: string;
  status: string;
  counts: RowCounts;
}

/**
 * The whole product with everything it is made of (program, worker threads, and the command that waits), importing over
 * SFTP: its memory at two sizes, and its end state after kill −9 in the middle.
 */
export async function benchProduct({ rowCount = 500_000, say = console.error } = {}): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-product-'));
  // The server's login has to get through to its folder below.
  chmodSync(folder, 0o711);
  const sftp = await startSshd({ directory: await customerFolder(folder, rowCount) });
  try {
    return [...(await memory(folder, sftp, rowCount, say)), await kill(folder, sftp, rowCount, say)];
  } finally {
    await sftp.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function customerFolder(folder: string, rowCount: number): Promise<string> {
  const directory = join(folder, 'customer');
  for (const count of [smallRowCount, rowCount]) {
    mkdirSync(join(directory, String(count)), { recursive: true });
    await writeCsv(join(directory, String(count), 'calls.csv'), count);
  }
  return directory;
}

async function memory(
  folder: string,
  sftp: Sshd,
  rowCount: number,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const peak = async (count: number) => {
    const product = await configured(join(folder, `memory-${count}`), sftp, count);
    const sampling = samplePeak();
    try {
      await importAll(product, count);
    } finally {
      sampling.stop();
      await product.stop();
    }
    say(`memory at ${count} rows: ${sampling.peakMb().toFixed(0)} MB`);
    return sampling.peakMb();
  };
  const small = await peak(smallRowCount);
  const large = await peak(rowCount);
  const notes = [
    `all our Node processes together (program and waiting command), resident: ${small.toFixed(0)} MB at ${smallRowCount} rows, ${large.toFixed(0)} MB at ${rowCount}`,
  ];
  return [
    compare(
      {
        name: 'product, memory below its limit',
        unit: 'MB',
        bar: 1,
        notes: ['ours: the limit; peer: the peak', ...notes],
      },
      [{ ours: memoryLimitMb, peer: large }],
    ),
    compare({ name: 'product, memory does not grow', unit: 'MB', bar: 0.9, notes }, [{ ours: small, peer: large }]),
  ];
}

/** Ours: the rows whose content is as if nothing had happened; peer: all rows of an undisturbed import. */
async function kill(folder: string, sftp: Sshd, rowCount: number, say: (line: string) => void): Promise<BenchResult> {
  const calm = await configured(join(folder, 'calm'), sftp, rowCount);
  await importAll(calm, rowCount);
  const expected = await contents(join(folder, 'calm'));
  await calm.stop();

  const dataDir = join(folder, 'killed');
  let product = await configured(dataDir, sftp, rowCount);
  const { execution_id: id } = await product.call<Run>('job', 'run', '--name', 'import');
  const storedBefore = await until(product, id, ({ counts }) => counts.imported > 0);
  await product.kill();
  say(`killed at ${storedBefore.counts.imported} rows`);
  product = await restarted(dataDir, product);
  const ended = await until(product, id, ({ status }) => !['pending', 'processing', 'delivering'].includes(status));
  const seen = await contents(dataDir);
  await product.stop();
  const same = [...expected].filter(([externalId, hash]) => seen.get(externalId) === hash).length;
  const isExact = ended.status === 'success' && ended.counts.imported === rowCount && seen.size === rowCount;
  const notes = [
    `killed −9 when ${storedBefore.counts.imported} rows were stored, started again: ${JSON.stringify(ended.counts)}, ${seen.size} interactions`,
  ];
  return compare({ name: 'import, same end state after kill −9', unit: 'rows', bar: 1, notes }, [
    { ours: isExact ? same : 0, peer: rowCount },
  ]);
}

interface Configured extends Product {
  account: string;
  call<T>(...words: string[]): Promise<T>;
}

async function configured(dataDir: string, sftp: Sshd, count: number): Promise<Configured> {
  const product = await startProduct({ dataDir, environment: { CQA_LEASE_SECONDS: '2' } });
  const words = [
    'account',
    'create',
    '--name',
    'Bench',
    '--admin-email',
    'a@bench.example',
    '--admin-password',
    'long enough!',
  ];
  const { account_id: account } = await cqaProcess<{ account_id: string }>(product.environment, ...words);
  writeFileSync(join(dataDir, 'bench.yaml'), yaml(sftp, count));
  const bench = withAccount(product, account);
  await bench.call('apply', '-f', join(dataDir, 'bench.yaml'));
  return bench;
}

async function restarted(dataDir: string, { account }: Configured): Promise<Configured> {
  return withAccount(await startProduct({ dataDir, environment: { CQA_LEASE_SECONDS: '2' } }), account);
}

function withAccount(product: Product, account: string): Configured {
  return { ...product, account, call: (...words) => cqaProcess(product.environment, ...words, '--account', account) };
}

function yaml({ host, port, username, password = '', directory }: Sshd, count: number): string {
  return JSON.stringify({
    connectors: [
      {
        name: 'calls',
        direction: 'import',
        type: 'sftp',
        config: {
          host,
          port,
          username,
          credential: { type: 'password', password },
          directory: join(directory, String(count)),
          file_format: 'csv',
          stable_seconds: 0,
        },
      },
    ],
    jobs: [{ name: 'import', type: 'data_import', connectors: ['calls'], schedule: { frequency: 'daily' } }],
  });
}

async function importAll(product: Configured, rowCount: number): Promise<void> {
  const { status, counts } = await product.call<Run>('job', 'run', '--name', 'import', '--wait');
  if (status !== 'success' || counts.imported !== rowCount)
    throw new Error(`The import ended as ${status} with ${JSON.stringify(counts)}.`);
}

async function until(product: Configured, id: string, isReached: (run: Run) => boolean): Promise<Run> {
  for (;;) {
    const run = await product.call<Run>('execution', 'show', '--id', id);
    if (isReached(run)) return run;
  }
}

/** Every interaction's id and the hash of its content. */
async function contents(dataDir: string): Promise<Map<string, string>> {
  const address = await embeddedConnection(dataDir);
  if (!address) throw new Error(`No database runs in ${dataDir}.`);
  const { socketPath, user, password, database } = address;
  const connection = await createConnection({ socketPath, user, password, database });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT CAST(external_id AS CHAR) AS id, HEX(content_hash) AS hash FROM interaction',
    );
    return new Map(rows.map(({ id, hash }) => [id, hash]));
  } finally {
    await connection.end();
  }
}

/** The most memory that our programs had at one time, children of this process that run code of the product. */
function samplePeak(): { stop(): void; peakMb(): number } {
  let peakKb = 0;
  const timer = setInterval(() => {
    peakKb = Math.max(
      peakKb,
      ourProcessIds().reduce((sum, pid) => sum + residentKb(pid), 0),
    );
  }, sampleEveryMs);
  return { stop: () => clearInterval(timer), peakMb: () => peakKb / 1024 };
}

function ourProcessIds(): number[] {
  return [...parentsOfProcesses()]
    .filter(([pid, parent]) => parent === process.pid && /dist[^\0]*\/server\/(main|cli)\.js/.test(commandLineOf(pid)))
    .map(([pid]) => pid);
}
