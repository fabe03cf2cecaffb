import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { ensurePrograms } from '../../server/machine/programs.ts';
import type { ItemCounts, RowCounts } from '../../shared/execution.ts';
import { cqaProcess } from '../harness/cqa.ts';
import { scratchFolder } from '../harness/folders.ts';
import { packageRoot, startProduct } from '../harness/product.ts';
import { startSshd } from '../harness/sshd.ts';
import { differences, expected } from './expected.ts';
import { printTable } from './table.ts';

/**
 * `npm run demo [-- --exit]`: the main job on real parts, through the product's own outside: a customer's SFTP server,
 * import, analysis, report, delivery.
 */
const admin = { email: 'admin@northwind.example', password: 'demo-password' };
const dataDir = join(packageRoot, '.cqa-demo');
const say = (line: string) => console.log(`· ${line}`);
const cleanUps: (() => Promise<void>)[] = [];

interface Run {
  execution_id: string;
  status: string;
  items: ItemCounts;
  counts: RowCounts & { rows: number };
  note?: string;
  error?: { message: string };
}

interface ShownRun extends Run {
  recordings: { waiting: number; here: number; failed: number };
  rejected_rows: { file: string; line: number; column: string | null; reason: string }[];
}

process.exitCode = 1;
try {
  const isRight = await demo();
  if (isRight) process.exitCode = 0;
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}

async function demo(): Promise<boolean> {
  await ensurePrograms(['database', 'ffmpeg', 'sshd'], { dataDir: tmpdir(), say });

  say("starting a customer's SFTP server (OpenSSH) with recordings and metadata");
  const sftp = await startSshd({ directory: customerFolder() });
  cleanUps.push(() => sftp.stop());
  const reports = join(sftp.directory, 'reports');

  say('starting the product with its embedded database');
  // Begins empty, so that every count is known.
  rmSync(dataDir, { recursive: true, force: true });
  const product = await startProduct({ dataDir, preferredPort: 4000, say });
  cleanUps.push(() => product.stop());
  const environment = { ...product.environment, ...sftpVariables(sftp) };
  const call = <T>(...words: string[]) => cqaProcess<T>(environment, ...words);

  const { account_id: account } = await call<{ account_id: string }>(
    ...[
      'account',
      'create',
      '--name',
      'Northwind',
      '--admin-email',
      admin.email,
      '--admin-password',
      admin.password,
      '--console',
    ],
  );
  await call('apply', '--account', account, '-f', join(packageRoot, 'test/demo/demo.yaml'));
  say('testing the connections');
  for (const name of ['Northwind calls', 'Northwind reports', 'Northwind workbooks'])
    await call('connector', 'check', '--account', account, '--name', name);

  say('importing');
  const imported = await call<Run>('job', 'run', '--account', account, '--name', 'Nightly import', '--wait');
  say('fetching recordings and analysing');
  const analyses = await call<{ completed: number; failed: number }>(
    'analysis',
    'wait',
    '--account',
    account,
    '--timeout',
    '600',
  );
  const shown = await call<ShownRun>('execution', 'show', '--account', account, '--id', imported.execution_id);
  say('writing the report and delivering it');
  const exported = await call<Run>('job', 'run', '--account', account, '--name', 'Monthly report', '--wait');

  const report = keepCopies(reports);
  const counts = [
    { title: 'import ended as', expected: 'success', seen: imported.status },
    { title: 'files', expected: expected.items, seen: imported.items },
    { title: 'rows', expected: expected.counts, seen: imported.counts },
    { title: 'recordings', expected: expected.recordings, seen: shown.recordings },
    { title: 'analyses completed', expected: expected.analysed, seen: analyses.completed },
    { title: 'export ended as', expected: 'success', seen: exported.status },
    { title: 'rows in the report', expected: expected.reportRows, seen: exported.counts.rows },
    { title: 'files delivered', expected: '.csv .xlsx', seen: report.map((path) => extname(path)).join(' ') },
  ];
  printResult(counts, shown, report);
  for (const { title, expected, seen } of differences(counts))
    console.error(`NOT AS IT SHOULD BE: ${title}: ${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`);
  for (const failure of [imported, exported]) if (failure.error) console.error(failure.error.message);

  const isRight = differences(counts).length === 0;
  if (process.argv.includes('--exit')) return isRight;
  console.log(`\nConsole:  ${product.url}\nSign in:  ${admin.email}  /  ${admin.password}`);
  await untilInterrupted();
  return isRight;
}

/** What the customer's server holds: calls with their metadata, and an empty folder for reports. */
function customerFolder(): string {
  const directory = join(scratchFolder('customer'), 'home');
  chmodSync(dirname(directory), 0o711);
  cpSync(join(packageRoot, 'test/samples'), join(directory, 'outgoing'), {
    recursive: true,
    filter: (path) => !/\.(py|json|md)$/.test(path),
  });
  mkdirSync(join(directory, 'reports'));
  return directory;
}

/** The customer's server goes when the demo ends; what was delivered to it can still be looked at. */
function keepCopies(reports: string): string[] {
  const kept = join(dataDir, 'delivered');
  cpSync(reports, kept, { recursive: true });
  return readdirSync(kept)
    .sort()
    .map((name) => join(kept, name));
}

function sftpVariables({
  host,
  port,
  username,
  password,
  directory,
}: Awaited<ReturnType<typeof startSshd>>): NodeJS.ProcessEnv {
  return {
    DEMO_SFTP_HOST: host,
    DEMO_SFTP_PORT: String(port),
    DEMO_SFTP_USER: username,
    DEMO_SFTP_PASSWORD: password ?? '',
    DEMO_SFTP_FOLDER: directory,
  };
}

function printResult(counts: { title: string; seen: unknown }[], shown: ShownRun, report: string[]): void {
  console.log('\nCounts');
  printTable([
    ['', ''],
    ...counts.map(({ title, seen }) => [title, typeof seen === 'object' ? words(seen) : String(seen)]),
  ]);
  console.log('\nRejected rows');
  printTable([
    ['file', 'line', 'column', 'reason'],
    ...shown.rejected_rows.map((row) => [row.file, String(row.line), row.column ?? '', row.reason]),
  ]);
  for (const path of report.filter((each) => extname(each) === '.csv')) {
    console.log("\nScores, from the report delivered to the customer's server");
    printTable(readReport(path));
  }
  console.log('\nCopies of what was delivered, to be opened');
  for (const path of report) console.log(path);
}

function words(counts: unknown): string {
  return Object.entries(counts as Record<string, number>)
    .map(([name, value]) => `${value} ${name}`)
    .join(', ');
}

/** The first columns of the report, which hold no quoted text. */
function readReport(path: string): string[][] {
  const lines = readFileSync(path, 'utf8').trim().split('\r\n');
  return lines.map((line) => line.split(',').slice(0, 10));
}

function untilInterrupted(): Promise<void> {
  console.log('Running until Ctrl-C.');
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
