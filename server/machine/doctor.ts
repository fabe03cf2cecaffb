import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { layoutOf } from '../../db/embedded/layout.ts';
import { bufferPoolMb, memoryMb, wantedPoolMb } from '../../db/embedded/options.ts';
import { describeProgram } from '../../db/embedded/program.ts';
import { readRecord, requireFitting } from '../../db/embedded/record.ts';
import { AppError } from '../../shared/error.ts';
import { checkStorage } from '../storage/open.ts';
import { installCommand } from './install-command.ts';
import { findProgram, type ProgramName, programs } from './programs.ts';

/** One thing that was looked at. `advice` is there when something can be done about it. */
export interface Finding {
  name: string;
  ok: boolean;
  found?: string;
  advice?: string;
}

export interface InspectOptions {
  dataDir: string;
  /** False with DATABASE_URL: no database server of our own is needed then. */
  embedded?: boolean;
  /** STORAGE_URL. A folder is looked at as the data folder is; a bucket is written and read. */
  storageUrl?: string;
  /** CQA_EMAIL_FROM; undefined: no alert goes by email. */
  emailFrom?: string | undefined;
}

const nodeWanted = [20, 19] as const;
const diskFreeMbMin = 2048;
const run = promisify(execFile);

/** Looks at what the product needs on this machine, changes nothing that stays, and never throws for what it finds. */
export async function inspect({ dataDir, embedded = true, storageUrl, emailFrom }: InspectOptions): Promise<Finding[]> {
  const looks: Finding[] = [inspectNode(process.versions.node)];
  if (embedded) looks.push(await inspectDatabase(dataDir));
  looks.push(await inspectFfmpeg(dataDir), inspectFolder(dataDir), inspectDisk(dataDir));
  if (storageUrl && new URL(storageUrl).protocol === 's3:') looks.push(await inspectBucket(storageUrl));
  if (embedded) looks.push(inspectMemory());
  return [...looks, inspectEmail(emailFrom)];
}

/** Writes a small object, reads it and removes it: everything else that it does leaves nothing behind. */
async function inspectBucket(storageUrl: string): Promise<Finding> {
  const name = 'storage';
  try {
    return { name, ok: true, found: (await checkStorage(storageUrl)) ?? storageUrl };
  } catch (thrown) {
    return { name, ok: false, found: storageUrl, advice: AppError.from(thrown, 'the look at the storage').message };
  }
}

/** Nothing is missing without it: alerts are then told in the console and by webhook alone. */
function inspectEmail(emailFrom: string | undefined): Finding {
  const name = 'email';
  if (emailFrom !== undefined) return { name, ok: true, found: `alerts come from ${emailFrom}, by Amazon SES` };
  return {
    name,
    ok: true,
    found: 'not configured: alerts go to the console and to webhooks alone',
    advice: 'For alerts by email set CQA_EMAIL_FROM to an address that Amazon SES has verified, and AWS_REGION.',
  };
}

export function inspectNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > nodeWanted[0] || (major === nodeWanted[0] && minor >= nodeWanted[1]);
  return {
    name: 'Node',
    ok,
    found: version,
    ...(ok ? {} : { advice: `Install Node ${nodeWanted.join('.')} or newer.` }),
  };
}

async function inspectDatabase(dataDir: string): Promise<Finding> {
  return inspectProgram('database', dataDir, 'database server', async (path) => {
    const program = await describeProgram(path);
    if (existsSync(resolve(dataDir, 'database'))) {
      const layout = layoutOf(dataDir);
      const record = readRecord(layout);
      if (record !== undefined) requireFitting(program, record, layout);
    }
    return `${program.flavour} ${program.version} (${path})`;
  });
}

async function inspectFfmpeg(dataDir: string): Promise<Finding> {
  const finding = await inspectProgram('ffmpeg', dataDir, 'ffmpeg', async (path) => {
    const { stdout } = await run(path, ['-hide_banner', '-version'], { timeout: 30_000 });
    return `${/version (\S+)/.exec(stdout)?.[1] ?? 'unknown version'} (${path})`;
  });
  if (finding.ok) return finding;
  return { ...finding, advice: `Without it only WAV recordings can be analysed. ${finding.advice ?? ''}` };
}

async function inspectProgram(
  program: ProgramName,
  dataDir: string,
  name: string,
  describe: (path: string) => Promise<string>,
): Promise<Finding> {
  try {
    const path = findProgram(program, { dataDir });
    if (path === undefined) return { name, ok: false, advice: `Run: ${installCommand([programs[program]])}` };
    return { name, ok: true, found: await describe(path) };
  } catch (thrown) {
    return { name, ok: false, advice: thrown instanceof AppError ? thrown.message : String(thrown) };
  }
}

function inspectFolder(dataDir: string): Finding {
  const name = 'data folder';
  const path = resolve(dataDir);
  const there = nearestFolder(path);
  try {
    accessSync(there, constants.R_OK | constants.W_OK | constants.X_OK);
    return { name, ok: true, found: there === path ? path : `${path} (will be made)` };
  } catch {
    return {
      name,
      ok: false,
      found: path,
      advice: `This user may not write ${there}. Change that, or set CQA_DATA_DIR.`,
    };
  }
}

function inspectDisk(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(nearestFolder(resolve(dataDir)));
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  const ok = freeMb >= diskFreeMbMin;
  const advice = `Recordings and the database need room: free at least ${diskFreeMbMin} MB, or set CQA_DATA_DIR.`;
  return { name: 'free disk', ok, found: `${freeMb} MB`, ...(ok ? {} : { advice }) };
}

function inspectMemory(): Finding {
  const poolMb = bufferPoolMb();
  const found = `${memoryMb()} MB, of which the database's buffer pool takes ${poolMb} MB`;
  if (poolMb >= wantedPoolMb) return { name: 'memory', ok: true, found };
  const advice =
    `The embedded database wants a buffer pool of ${wantedPoolMb} MB and takes a quarter of the memory at most. Imports ` +
    'get slow with less: add memory, or use a database of its own (DATABASE_URL).';
  return { name: 'memory', ok: false, found, advice };
}

/** The folder itself, or the one in which it would be made. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
