import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DatabaseAddress, parseDatabaseUrl, transaction } from '../../db/database.ts';
import { startEmbedded } from '../../db/embedded/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { readConfig } from '../../server/config.ts';
import { requireProgram } from '../../server/machine/programs.ts';
import { openServices, type Services } from '../../server/services.ts';
import { testSecretKey } from '../harness/services.ts';
import { type ImportWay, importOnce, type Measured, newSubject } from './import/ours.ts';
import { insertStatements, loadStatement, writeCsv } from './import/rows.ts';
import { type BenchResult, compare } from './result.ts';

const runFile = promisify(execFile);
const smallRowCount = 50_000;
const memoryLimitMb = 256;
const watched: ImportWay = { canLoadLocal: true, watchesMemory: true };

export interface ImportBenchOptions {
  rowCount?: number;
  rounds?: number;
  say?: (line: string) => void;
}

interface Bench {
  services: Services;
  address: DatabaseAddress;
  folder: string;
  rowCount: number;
  rounds: number;
  say(line: string): void;
}

/**
 * Metadata import beside the database's own bulk ways, on a server of its own, on disk and with the product's settings;
 * the INSERT way on MySQL where TEST_MYSQL_URL names an empty database there.
 */
export async function benchImport({ rowCount = 500_000, rounds = 3, say = console.error }: ImportBenchOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'cqa-bench-import-'));
  const program = requireProgram('database');
  const server = await startEmbedded({ dataDir: join(folder, 'server'), serverProgram: program, bufferPoolMb: 512 });
  const { socketPath, user, password, database } = server;
  const settings = { folder, rowCount, rounds, say };
  try {
    await writeFiles(folder, rowCount);
    const results = await onServer({ socketPath, user, password, database }, settings, async (bench) => [
      await loadWay(bench),
      ...(await memory(bench)),
      ...(process.env.TEST_MYSQL_URL ? [] : [await insertWay(bench)]),
    ]);
    if (process.env.TEST_MYSQL_URL)
      results.push(await onServer(parseDatabaseUrl(process.env.TEST_MYSQL_URL), settings, insertWay));
    return results;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onServer<T>(
  address: DatabaseAddress,
  settings: Omit<Bench, 'services' | 'address'>,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const config = readConfig({ CQA_DATA_DIR: join(settings.folder, 'data'), LOG_LEVEL: 'silent' });
  const services = await openServices({ config, secretKey: testSecretKey, address });
  try {
    await migrate(services.database.pool);
    return await work({ ...settings, services, address });
  } finally {
    await services.close();
  }
}

const folderOf = (folder: string, rowCount: number) => join(folder, `rows-${rowCount}`);
const fileOf = (folder: string, rowCount: number) => join(folderOf(folder, rowCount), 'calls.csv');

async function writeFiles(folder: string, rowCount: number): Promise<void> {
  for (const count of new Set([smallRowCount, rowCount])) {
    mkdirSync(folderOf(folder, count));
    await writeCsv(fileOf(folder, count), count);
  }
}

async function loadWay(bench: Bench): Promise<BenchResult> {
  const rounds: BenchResult['rounds'] = [];
  for (let round = 0; round < bench.rounds; round++) {
    const peer = await timed(bench, () => loadByClient(bench));
    rounds.push({
      ours: (await importFresh(bench, bench.rowCount, { canLoadLocal: true, watchesMemory: false })).rowsPerSecond,
      peer,
    });
    bench.say(`LOAD DATA round ${round + 1}: ${JSON.stringify(rounds.at(-1))}`);
  }
  const notes = ['peer: LOAD DATA LOCAL INFILE of the same file by the mariadb client, into the same table definition'];
  return compare({ name: `import, ${serverName(bench)}, LOAD DATA`, unit: 'rows/s', bar: 0.6, notes }, rounds);
}

async function insertWay(bench: Bench): Promise<BenchResult> {
  const statements = insertStatements('peer', bench.rowCount);
  const rounds: BenchResult['rounds'] = [];
  for (let round = 0; round < bench.rounds; round++) {
    const peer = await timed(bench, () => insertPlainly(bench, statements));
    rounds.push({
      ours: (await importFresh(bench, bench.rowCount, { canLoadLocal: false, watchesMemory: false })).rowsPerSecond,
      peer,
    });
    bench.say(`INSERT round ${round + 1}: ${JSON.stringify(rounds.at(-1))}`);
  }
  const notes = ['peer: prepared INSERTs of 1,000 rows into the same table definition, committed every 5,000 rows'];
  return compare({ name: `import, ${serverName(bench)}, INSERT`, unit: 'rows/s', bar: 0.8, notes }, rounds);
}

/** Such as `mysql 9.7.4`. */
function serverName({ services }: Bench): string {
  const { flavour, version } = services.database;
  return `${flavour} ${/^[\d.]+/.exec(version)?.[0] ?? version}`;
}

/** The peer's rate, into an empty table of the same definition. */
async function timed({ services, rowCount }: Bench, work: () => Promise<void>): Promise<number> {
  const { pool } = services.database;
  await pool.query('DROP TABLE IF EXISTS peer');
  await pool.query('CREATE TABLE peer LIKE interaction');
  const startedAt = performance.now();
  await work();
  const rate = (rowCount / (performance.now() - startedAt)) * 1000;
  await pool.query('DROP TABLE peer');
  return rate;
}

async function loadByClient({ address, folder, rowCount }: Bench): Promise<void> {
  const { socketPath = '', user, password, database } = address;
  const options = ['--no-defaults', '--local-infile=1', `--socket=${socketPath}`, `--user=${user}`, database];
  const sql = loadStatement('peer', fileOf(folder, rowCount));
  await runFile('mariadb', [...options, '-e', sql], { env: { ...process.env, MYSQL_PWD: password } });
}

async function insertPlainly({ services }: Bench, statements: string[]): Promise<void> {
  for (let start = 0; start < statements.length; start += 5)
    await transaction(services.database.pool, async (connection) => {
      // Values null: else the driver looks for placeholders in every byte of them, which is no part of a bare INSERT.
      for (const sql of statements.slice(start, start + 5)) await connection.query({ sql, values: null });
    });
}

async function importFresh({ services, folder }: Bench, rowCount: number, way: ImportWay): Promise<Measured> {
  await services.database.pool.query('TRUNCATE interaction');
  const subject = await newSubject(services, folderOf(folder, rowCount));
  const first = await importOnce(services, subject, way);
  requireCounts(first.counts, { imported: rowCount, duplicate: 0 });
  return first;
}

function requireCounts(counts: { imported: number; duplicate: number }, expected: typeof counts): void {
  if (counts.imported !== expected.imported || counts.duplicate !== expected.duplicate)
    throw new Error(`The import counted ${JSON.stringify(counts)} instead of ${JSON.stringify(expected)}.`);
}

/** Peaks of the importing process, and that the same file imported again changes nothing. */
async function memory(bench: Bench): Promise<BenchResult[]> {
  const { services, folder, rowCount } = bench;
  const { peakMb: smallMb } = await importFresh(bench, smallRowCount, watched);
  const { peakMb: largeMb } = await importFresh(bench, rowCount, watched);
  await services.database.pool.query('TRUNCATE interaction');
  const subject = await newSubject(services, folderOf(folder, rowCount));
  await importOnce(services, subject, watched);
  const again = await importOnce(services, subject, watched);
  if (again.items.unchanged !== 1) throw new Error('The file imported again was not found unchanged.');
  await services.database.pool.query('DELETE FROM source_item');
  const duplicates = await importOnce(services, subject, watched);
  requireCounts(duplicates.counts, { imported: 0, duplicate: rowCount });
  const unit = 'MB';
  const rate = Math.round(duplicates.rowsPerSecond).toLocaleString('en');
  return [
    compare(
      {
        name: 'import, memory below its limit',
        unit,
        bar: 1,
        notes: ['ours: the limit; peer: the peak of the process'],
      },
      [{ ours: memoryLimitMb, peer: largeMb }],
    ),
    compare(
      {
        name: 'import, memory does not grow',
        unit,
        bar: 0.9,
        notes: [
          `ours: the peak at ${smallRowCount} rows; peer: the peak at ${rowCount}`,
          `again: unchanged; read once more: all duplicates, ${rate} rows/s`,
        ],
      },
      [{ ours: smallMb, peer: largeMb }],
    ),
  ];
}
