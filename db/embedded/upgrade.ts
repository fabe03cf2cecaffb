import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AppError } from '../../shared/error.ts';
import type { Layout } from './layout.ts';
import { serverEnvironment } from './process.ts';
import { companion, type ServerProgram } from './program.ts';
import { databaseUser } from './sign-in.ts';

const timeoutMs = 15 * 60_000;
const run = promisify(execFile);

/**
 * Brings the system tables of a running server to its own version. MySQL's server does so by itself at its start.
 * @throws AppError database_failed
 */
export async function upgrade(program: ServerProgram, layout: Layout, password: string): Promise<void> {
  if (program.flavour === 'mysql') return;
  const tool = companion(program, 'mariadb-upgrade');
  const args = ['--no-defaults', `--socket=${layout.socket}`, `--user=${databaseUser}`];
  // By environment: a command line can be read by every user of the machine.
  const env = { ...serverEnvironment(), MYSQL_PWD: password };
  try {
    await run(tool, args, { timeout: timeoutMs, env, cwd: layout.temporary, maxBuffer: 16 * 1024 * 1024 });
  } catch (cause) {
    const message = `The database in ${layout.dataDir} could not be brought to version ${program.version}. Start with the server it was written with (CQA_MARIADBD); the log has the details.`;
    throw new AppError('database_failed', message, { cause });
  }
}
