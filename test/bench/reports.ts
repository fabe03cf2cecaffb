import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { type EmbeddedConnection, embeddedConnection } from '../../db/embedded/connection.ts';
import { cqa } from '../harness/cqa.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { type Sshd, startSshd } from '../harness/sshd.ts';
import { numberFrom } from './kafka/options.ts';
import { spawnTo } from './kafka/spawn-to.ts';
import { residentKb } from './memory.ts';
import { configuration, type Format, formats } from './reports/configuration.ts';
import { fillAnalyses } from './reports/fill.ts';
import { type BenchResult, compare } from './result.ts';

const rounds = 3;
const memoryLimitMb = 200;
const xlsxRowsPerSecond = 40_000;
const sampleEveryMs = 20;
const lookEveryMs = 50;

interface Site {
  product: Product;
  connection: Connection;
  address: EmbeddedConnection;
  sftp: Sshd;
  folder: string;
  account: string;
}

interface Made {
  rowsPerSecond: number;
  peakMb: number;
}

/** Reports of a million analyses by an export job of the whole program, beside the database's own client. */
export async function benchReports({ say = console.error } = {}): Promise<BenchResult[]> {
  const count = numberFrom('BENCH_ROWS', 1_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-reports-'));
  try {
    const small = await withSite(join(folder, 'small'), count / 10, say, (site) => smallPeaks(site, count / 10, say));
    return await withSite(join(folder, 'large'), count, say, (site) => benchFormats(site, count, small, say));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function smallPeaks(site: Site, count: number, say: (line: string) => void): Promise<Map<Format, number>> {
  const peaks = new Map<Format, number>();
  for (const format of formats) {
    await makeReport(site, format, count, () => undefined);
    peaks.set(format, (await makeReport(site, format, count, say)).peakMb);
  }
  return peaks;
}

async function benchFormats(
  site: Site,
  count: number,
  small: Map<Format, number>,
  say: (line: string) => void,
): Promise<BenchResult[]> {
  const csv: BenchResult['rounds'] = [];
  const peaks = new Map<Format, number>();
  for (let round = 0; round <= rounds; round++) {
    const peer = await byClient(site, count, say);
    const ours = await makeReport(site, 'csv', count, say);
    peaks.set('csv', Math.max(peaks.get('csv') ?? 0, ours.peakMb));
    if (round > 0) csv.push({ ours: ours.rowsPerSecond, peer });
  }
  const xlsx = await makeReport(site, 'xlsx', count, say);
  peaks.set('xlsx', xlsx.peakMb);
  const notes = [
    `${count.toLocaleString('en')} analyses, 12 columns of fields, scores and metadata; an export job of the program with CQA_ROLES=worker`,
  ];
  return [
    compare(
      {
        ...{ name: 'report as CSV', unit: 'rows/s', bar: 0.5 },
        notes: [
          ...notes,
          'peer: mariadb --batch --quick with the same columns and order, to a file',
          'the first round is not counted',
        ],
      },
      csv,
    ),
    compare({ name: 'report as XLSX', unit: 'rows/s', bar: 1, notes: [...notes, 'peer: the limit'] }, [
      { ours: xlsx.rowsPerSecond, peer: xlsxRowsPerSecond },
    ]),
    ...formats.flatMap((format) => memory(format, peaks.get(format) ?? Number.NaN, small.get(format) ?? Number.NaN)),
  ];
}

function memory(format: Format, peakMb: number, smallMb: number): BenchResult[] {
  const notes = [
    `all our processes together, resident: ${smallMb.toFixed(0)} MB at a tenth of the rows, ${peakMb.toFixed(0)} MB at all`,
  ];
  return [
    compare(
      { name: `report as ${format}, memory below its limit`, unit: 'MB', bar: 1, notes: ['ours: the limit', ...notes] },
      [{ ours: memoryLimitMb, peer: peakMb }],
    ),
    compare({ name: `report as ${format}, memory does not grow`, unit: 'MB', bar: 0.9, notes }, [
      { ours: smallMb, peer: peakMb },
    ]),
  ];
}

async function withSite<T>(
  dataDir: string,
  count: number,
  say: (line: string) => void,
  work: (site: Site) => Promise<T>,
): Promise<T> {
  const sftp = await startSshd({});
  const product = await startProduct({ dataDir, environment: { CQA_ROLES: 'worker' }, say });
  try {
    const account = await accountWith(product, sftp);
    const address = await embeddedConnection(dataDir);
    if (!address) throw new Error(`No database runs in ${dataDir}.`);
    const connection = await createConnection(address);
    try {
      say(`${count.toLocaleString('en')} analyses are made …`);
      await fillAnalyses(connection, count);
      return await work({ product, connection, address, sftp, folder: dataDir, account });
    } finally {
      await connection.end();
    }
  } finally {
    await product.stop();
    await sftp.stop();
  }
}

async function accountWith({ environment }: Product, sftp: Sshd): Promise<string> {
  const admin = ['--admin-email', 'a@bench.example', '--admin-password', 'long enough!'];
  const { account_id: account } = await cqa<{ account_id: string }>(
    environment,
    'account',
    'create',
    '--name',
    'Bench',
    ...admin,
  );
  const path = join(environment.CQA_DATA_DIR ?? '', 'bench.yaml');
  writeFileSync(path, JSON.stringify(configuration(sftp)));
  await cqa(environment, 'apply', '--account', account, '-f', path);
  return account;
}

/** The step that writes the files, from its beginning to its end; delivering them is not in it. */
async function makeReport(site: Site, format: Format, count: number, say: (line: string) => void): Promise<Made> {
  const { product, connection, account } = site;
  const sampling = samplePeak(product.pid);
  const words = ['job', 'run', '--account', account, '--name', format];
  const { execution_id: id } = await cqa<{ execution_id: string }>(product.environment, ...words);
  const idHex = id.replaceAll('-', '');
  const rows = await untilEnded(connection, idHex);
  sampling.stop();
  if (rows !== count) throw new Error(`The report has ${rows} rows instead of ${count}.`);
  const seconds = await secondsOfStep(connection, idHex);
  const made = { rowsPerSecond: count / seconds, peakMb: sampling.peakMb() };
  say(`${format}: ${Math.round(made.rowsPerSecond).toLocaleString('en')} rows/s, ${made.peakMb.toFixed(0)} MB`);
  return made;
}

/** How many rows it reports. */
async function untilEnded(connection: Connection, idHex: string): Promise<number> {
  for (;;) {
    const [[row]] = await connection.query<RowDataPacket[]>(
      `SELECT e.status, e.error, (SELECT SUM(p.row_count) FROM report_part p WHERE p.execution_id = e.id) AS n
         FROM execution e WHERE e.id = UNHEX(?) AND e.ended_at IS NOT NULL`,
      [idHex],
    );
    if (row?.status === 'success') return Number(row.n);
    if (row) throw new Error(`The report ended as ${row.status}: ${row.error}`);
    await pause(lookEveryMs);
  }
}

async function secondsOfStep(connection: Connection, idHex: string): Promise<number> {
  const [[row]] = await connection.query<RowDataPacket[]>(
    `SELECT TIMESTAMPDIFF(MICROSECOND, started_at, ended_at) AS us FROM execution_step
      WHERE execution_id = UNHEX(?) AND name = 'report'`,
    [idHex],
  );
  return Number(row?.us) / 1e6;
}

/** Rows per second of the database's own client. */
async function byClient({ address, folder }: Site, count: number, say: (line: string) => void): Promise<number> {
  const path = join(folder, 'peer.tsv');
  const { socketPath, user, password, database } = address;
  const words = [
    '--no-defaults',
    '--batch',
    '--quick',
    `--socket=${socketPath}`,
    `--user=${user}`,
    '-e',
    peerQuery,
    database,
  ];
  const startedAt = performance.now();
  await spawnTo(
    { program: 'mariadb', words, environment: { ...process.env, MYSQL_PWD: password } },
    createWriteStream(path),
  );
  const rate = (count / (performance.now() - startedAt)) * 1000;
  say(`mariadb: ${Math.round(rate).toLocaleString('en')} rows/s, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
  return rate;
}

/** The same columns of the same rows in the same order. */
const peerQuery = `SELECT STRAIGHT_JOIN i.external_id, i.channel_type, i.interaction_start_time, i.duration_seconds,
    i.language, JSON_VALUE(i.metadata, '$.agent_name') AS agent_name, JSON_VALUE(i.metadata, '$.team_name') AS team_name,
    q.name AS quality_profile, a.final_score, a.max_score, a.percentage_score, a.completed_at
  FROM analysis a FORCE INDEX (by_time) JOIN interaction i ON i.id = a.interaction_id
  JOIN quality_profile q ON q.id = a.profile_id
  WHERE a.account_id = 1 AND a.status = 'completed' ORDER BY a.occurred_at, a.id`;

/** The most memory that the program and what it starts had at one time, its database left out. */
function samplePeak(pid: number): { stop(): void; peakMb(): number } {
  let peakKb = 0;
  const timer = setInterval(() => {
    peakKb = Math.max(peakKb, residentKb(pid));
  }, sampleEveryMs);
  return { stop: () => clearInterval(timer), peakMb: () => peakKb / 1024 };
}
