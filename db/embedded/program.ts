import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../shared/error.ts';

export type Flavour = 'mariadb' | 'mysql';

/** A database server's program: what it is and where the rest of its installation lies. */
export interface ServerProgram {
  path: string;
  flavour: Flavour;
  /** Such as 10.11.19 or 9.7.4. */
  version: string;
}

const run = promisify(execFile);

/**
 * Asks a server program for its flavour and version. MariaDB also ships its server under MySQL's name, so only its
 * own words count.
 * @throws AppError program_missing when it is not there or does not run
 */
export async function describeProgram(path: string): Promise<ServerProgram> {
  const text = await versionText(path);
  const version = /Ver\s+(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) {
    throw new AppError('program_missing', `${path} does not say which database server it is: "${text.trim()}".`);
  }
  return { path, version, flavour: /mariadb/i.test(text) ? 'mariadb' : 'mysql' };
}

async function versionText(path: string): Promise<string> {
  try {
    return (await run(path, ['--no-defaults', '--version'], { timeout: 30_000 })).stdout;
  } catch (cause) {
    const advice = 'Install one (Debian: mariadb-server-core), or name it with CQA_MARIADBD.';
    throw new AppError('program_missing', `The database server ${path} cannot be run. ${advice}`, { cause });
  }
}

/**
 * Another program of the same installation, such as mariadb-upgrade.
 * @throws AppError program_missing
 */
export function companion(server: ServerProgram, name: string): string {
  const homes = [dirname(server.path), dirname(realpathSync(server.path))];
  const folders = homes.flatMap((home) => [home, join(home, '../bin'), join(home, '../scripts')]);
  const searched = [...folders, ...(process.env.PATH ?? '').split(delimiter)];
  const found = searched.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new AppError(
    'program_missing',
    `${name}, which belongs to ${server.path}, is not installed. On Debian it is in mariadb-server-core and mariadb-client-core.`,
  );
}

/**
 * The folder that an installation was unpacked into, where that is not the one its programs expect (/usr): they have to
 * be told where their messages and plugins are.
 */
export function installationPrefix(server: ServerProgram): string | undefined {
  const prefix = dirname(dirname(realpathSync(server.path)));
  if (prefix === '/usr' || messagesFolder(prefix) === undefined) return undefined;
  return prefix;
}

/** Options that tell a server where its installation lies; none where it knows. */
export function installationOptions(server: ServerProgram): string[] {
  const prefix = installationPrefix(server);
  const messages = prefix === undefined ? undefined : messagesFolder(prefix);
  if (prefix === undefined || messages === undefined) return [];
  const plugins = ['lib/mysql/plugin', 'lib/mariadb/plugin', 'lib/plugin'].map((path) => join(prefix, path));
  const plugin = plugins.find((path) => existsSync(path));
  const options = [`--basedir=${prefix}`, `--lc-messages-dir=${messages}`];
  const charsets = join(messages, 'charsets');
  if (existsSync(charsets)) options.push(`--character-sets-dir=${charsets}`);
  if (plugin !== undefined && readdirSync(plugin).length > 0) options.push(`--plugin-dir=${plugin}`);
  return options;
}

function messagesFolder(prefix: string): string | undefined {
  const folders = ['share/mysql', 'share/mariadb', 'share'].map((path) => join(prefix, path));
  return folders.find((folder) => existsSync(join(folder, 'english', 'errmsg.sys')));
}
