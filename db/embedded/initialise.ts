import { execFile } from 'node:child_process';
import { appendFileSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../shared/error.ts';
import { serverFailure } from './failure.ts';
import { closedFolder, diskFull } from './folders.ts';
import type { Layout } from './layout.ts';
import { baseOptions } from './options.ts';
import { serverEnvironment } from './process.ts';
import { companion, installationPrefix, type ServerProgram } from './program.ts';

/** System tables and some room to work; the redo log, laid out in full at once, comes on top. */
const initialMb = 200;
const timeoutMs = 120_000;
const run = promisify(execFile);

/**
 * Makes the server's system tables. They are made aside and moved into place whole: a start that is cut off here leaves
 * nothing that looks like a database.
 * @throws AppError storage_full, permission_denied, program_missing, database_failed
 */
export async function initialise(program: ServerProgram, layout: Layout, redoLogMb: number): Promise<void> {
  removeUnfinished(layout);
  requireSpace(layout, initialMb + redoLogMb);
  const fresh = `${layout.tables}.new-${process.pid}`;
  closedFolder(fresh);
  const [command, ...args] =
    program.flavour === 'mariadb' ? mariadbCommand(program, fresh, layout.temporary) : mysqlCommand(program, fresh);
  try {
    await run(command, args, { timeout: timeoutMs, env: serverEnvironment(), cwd: layout.folder });
  } catch (thrown) {
    throw initialiseFailure(layout, thrown);
  }
  renameSync(fresh, layout.tables);
}

function removeUnfinished(layout: Layout): void {
  for (const name of readdirSync(layout.folder)) {
    if (name.startsWith('tables.new-')) rmSync(join(layout.folder, name), { recursive: true });
  }
}

function requireSpace(layout: Layout, neededMb: number): void {
  const { bavail, bsize } = statfsSync(layout.folder);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb >= neededMb) return;
  throw diskFull(layout.dataDir, new Error(`${freeMb} MB are free, and a new database takes ${neededMb} MB`));
}

function mariadbCommand(program: ServerProgram, tables: string, temporary: string): [string, ...string[]] {
  const script = companion(program, 'mariadb-install-db');
  const prefix = installationPrefix(program);
  const options = baseOptions(program, tables).filter((option) => !option.startsWith('--basedir='));
  return [
    script,
    ...options,
    ...(prefix === undefined ? [] : [`--basedir=${prefix}`]),
    '--auth-root-authentication-method=normal',
    // A server that starts beside this one clears the common temporary folder.
    `--tmpdir=${temporary}`,
    '--skip-name-resolve',
    '--skip-test-db',
  ];
}

function mysqlCommand(program: ServerProgram, tables: string): [string, ...string[]] {
  // The account without password that this leaves gets one before the server first listens.
  return [program.path, ...baseOptions(program, tables), '--initialize-insecure'];
}

function initialiseFailure(layout: Layout, thrown: unknown): AppError {
  if (!(thrown instanceof Error)) return AppError.from(thrown, 'the embedded database');
  const output = ['stdout', 'stderr'].map((name) => String(Reflect.get(thrown, name) ?? '')).join('\n');
  appendFileSync(layout.log, output, { mode: 0o600 });
  const code = Reflect.get(thrown, 'code');
  // A number is the program's own exit code; anything else says why it could not be run.
  const exit = typeof code === 'number' ? { code, signal: null } : { code: null, signal: null, error: thrown };
  return serverFailure(layout, output.trim().slice(-6000), exit);
}
