import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import { ensurePrograms } from '../server/machine/programs.ts';
import { ensureBrowsers } from './harness/browser.ts';
import { startTestServer } from './harness/database.ts';
import { removeLeftScratch } from './harness/folders.ts';

/**
 * `npm test [-- path…]`: every test, or those whose path holds one of the given texts, on one real database server.
 * The last line is `N passed, N failed`.
 */
const testFolder = fileURLToPath(new URL('.', import.meta.url));
// More than cores: much of a test is waiting for another program.
const processes = 3;
/** Ends what hangs, and judges nothing: how fast something is belongs into the bench, and machines differ by ten times. */
const hangMs = 600_000;

const files = mixed(testFiles(process.argv.slice(2)));
removeLeftScratch();
const machine = { dataDir: tmpdir(), say: console.log };
await ensurePrograms(['database', 'ffmpeg', 'sshd', 'sftp', 'mariadb client'], machine);
await ensureBrowsers(machine);
const server = process.env.TEST_DATABASE_URL ? undefined : await startTestServer();
const { passes, failures } = await run(files);
await server?.stop();
console.log(`${passes} passed, ${failures} failed`);
process.exit(failures === 0 && passes > 0 ? 0 : 1);

function testFiles(wanted: string[]): string[] {
  const all = readdirSync(testFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(testFolder, name));
  const sourceNames = wanted.map((path) => relative(resolve('test'), resolve(path)).replace(/\.ts$/, '.js'));
  return wanted.length === 0
    ? all
    : all.filter((file) => sourceNames.some((name) => relative(testFolder, file).startsWith(name)));
}

/** Tests of pages keep the processors busy and others mostly wait, so they run beside each other. */
function mixed(files: string[]): string[] {
  const isPage = (file: string) => relative(testFolder, file).startsWith('e2e');
  const spread = (part: string[]) => part.map((file, index) => ({ file, place: index / part.length }));
  const all = [...spread(files.filter(isPage)), ...spread(files.filter((file) => !isPage(file)))];
  return all.sort((one, other) => one.place - other.place).map(({ file }) => file);
}

/** Mocha's own counts; a test that is skipped is neither passed nor failed, and its name is in the listing. */
function run(files: string[]): Promise<{ passes: number; failures: number }> {
  const mocha = new Mocha({
    parallel: files.length > 1,
    jobs: processes,
    timeout: hangMs,
    slow: 2000,
    reporter: 'spec',
    forbidOnly: true,
    // Taken by the processes that run files beside each other.
    require: [fileURLToPath(new URL('harness/root-hooks.js', import.meta.url))],
  });
  for (const file of files) mocha.addFile(file);
  if (files.length <= 1) return mocha.loadFilesAsync().then(() => counted(mocha));
  return counted(mocha);
}

function counted(mocha: Mocha): Promise<{ passes: number; failures: number }> {
  return new Promise((done) => {
    const runner = mocha.run((failures) => done({ passes: runner.stats?.passes ?? 0, failures }));
  });
}
