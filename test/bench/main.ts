import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensurePrograms } from '../../server/machine/programs.ts';
import { printTable } from '../demo/table.ts';
import { removeLeftScratch } from '../harness/folders.ts';
import { packageRoot } from '../harness/product.ts';
import { benchApi } from './api.ts';
import { benchFuzz } from './fuzz.ts';
import { benchHistory } from './history.ts';
import { benchImport } from './import.ts';
import { benchInbox } from './inbox.ts';
import { kafkaBenches } from './kafka.ts';
import { benchList } from './list.ts';
import { benchMeasure } from './measure.ts';
import { benchNeverStuck } from './never-stuck.ts';
import { benchOverview } from './overview.ts';
import { benchProduct } from './product.ts';
import { benchRecordings } from './recordings.ts';
import { benchReports } from './reports.ts';
import type { BenchResult } from './result.ts';
import { benchS3 } from './s3.ts';
import { benchSchedulers } from './schedulers.ts';
import { benchSftp } from './sftp.ts';
import { benchUpload } from './upload.ts';

/** `npm run bench [-- NAME…]`: each figure beside its peer or limit in the same run. Exits 1 when a bar is not met. */
const benches: Record<string, () => Promise<BenchResult | BenchResult[]>> = {
  api: benchApi,
  fuzz: benchFuzz,
  history: benchHistory,
  import: benchImport,
  inbox: benchInbox,
  ...kafkaBenches,
  list: benchList,
  measure: benchMeasure,
  'never-stuck': benchNeverStuck,
  overview: benchOverview,
  product: benchProduct,
  recordings: benchRecordings,
  reports: benchReports,
  s3: benchS3,
  schedulers: benchSchedulers,
  sftp: benchSftp,
  upload: benchUpload,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((word) => !Object.keys(benches).some((name) => isNamed(name, word)));
if (unknown) {
  console.error(`There is no bench "${unknown}". There are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

removeLeftScratch();
await ensurePrograms(['database', 'mariadb client', 'sshd', 'sftp'], { dataDir: tmpdir(), say: console.error });
const results: BenchResult[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.some((word) => isNamed(name, word))) continue;
  console.error(`${name} …`);
  results.push(...[await bench()].flat());
}
report(results);
process.exit(results.every(isMet) ? 0 : 1);

/** `kafka` names all benches whose names begin with it. */
function isNamed(name: string, word: string): boolean {
  return name === word || name.startsWith(`${word}-`);
}

function isMet({ ratio, bar }: BenchResult): boolean {
  return ratio >= bar;
}

function report(results: BenchResult[]): void {
  const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: value < 1000 ? 1 : 0 });
  console.log();
  printTable([
    ['what', 'ours', 'peer', 'unit', 'ratio', 'bar', ''],
    ...results.map((result) => [
      result.name,
      number(result.ours),
      number(result.peer),
      result.unit,
      result.ratio.toFixed(2),
      result.bar.toFixed(2),
      isMet(result) ? 'met' : 'NOT MET',
    ]),
  ]);
  for (const { name, notes } of results) console.log(`\n${name}\n${notes.map((note) => `  ${note}`).join('\n')}`);
  const folder = join(packageRoot, 'bench-results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  const machine = { cores: cpus().length, memory_mb: Math.round(totalmem() / 2 ** 20), node: process.version };
  writeFileSync(file, JSON.stringify({ machine, results }, null, 2));
  console.log(`\n${file}`);
}
