import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { recordedFlavour } from '../../db/embedded/record.ts';
import { AppError } from '../../shared/error.ts';
import { aptAvailable, installPackages, unpackPackages } from './debian.ts';
import { installCommand } from './install-command.ts';

/** A program that the machine has to have: how it may be called, and which packages bring it. */
export interface ProgramFacts {
  title: string;
  /** Names on the PATH, the preferred one first. */
  commands: readonly string[];
  /** Names the program outright, by path or by a name on the PATH. */
  environment: string;
  /** Sets of Debian packages; the first set whose packages all exist in this release is installed. */
  debian: readonly (readonly [string, ...string[]])[];
  alpine: string;
  fedora: string;
  homebrew: string;
}

export const programs = {
  database: {
    title: 'a MySQL-protocol database server',
    commands: ['mariadbd', 'mysqld'],
    environment: 'CQA_MARIADBD',
    debian: [
      ['mariadb-server-core', 'mariadb-client-core'],
      ['mariadb-server-core-10.6', 'mariadb-client-core-10.6'],
      ['mariadb-server-core-10.5', 'mariadb-client-core-10.5'],
    ],
    alpine: 'mariadb mariadb-client',
    fedora: 'mariadb-server',
    homebrew: 'mariadb',
  },
  ffmpeg: {
    title: 'ffmpeg',
    commands: ['ffmpeg'],
    environment: 'CQA_FFMPEG',
    debian: [['ffmpeg']],
    alpine: 'ffmpeg',
    fedora: 'ffmpeg-free',
    homebrew: 'ffmpeg',
  },
  sshd: {
    title: "OpenSSH's server",
    commands: ['sshd'],
    environment: 'CQA_SSHD',
    debian: [['openssh-server']],
    alpine: 'openssh-server',
    fedora: 'openssh-server',
    homebrew: 'openssh',
  },
  sftp: {
    title: "OpenSSH's sftp",
    commands: ['sftp'],
    environment: 'CQA_SFTP',
    debian: [['openssh-client']],
    alpine: 'openssh-client-default',
    fedora: 'openssh-clients',
    homebrew: 'openssh',
  },
  chromium: {
    title: 'Chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    environment: 'CQA_CHROMIUM',
    debian: [['chromium'], ['chromium-browser']],
    alpine: 'chromium',
    fedora: 'chromium',
    homebrew: '--cask chromium',
  },
  'headless shell': {
    title: "Chromium's headless shell",
    commands: ['chromium-headless-shell'],
    environment: 'CQA_HEADLESS_SHELL',
    debian: [['chromium-headless-shell']],
    alpine: 'chromium',
    fedora: 'chromium',
    homebrew: '--cask chromium',
  },
  'mariadb client': {
    title: 'the MariaDB or MySQL command line',
    commands: ['mariadb', 'mysql'],
    environment: 'CQA_MARIADB',
    debian: [['mariadb-client-core'], ['mariadb-client-core-10.6'], ['mariadb-client-core-10.5']],
    alpine: 'mariadb-client',
    fedora: 'mariadb',
    homebrew: 'mariadb',
  },
  rclone: {
    title: 'rclone',
    commands: ['rclone'],
    environment: 'CQA_RCLONE',
    debian: [['rclone']],
    alpine: 'rclone',
    fedora: 'rclone',
    homebrew: 'rclone',
  },
} as const satisfies Record<string, ProgramFacts>;

export type ProgramName = keyof typeof programs;

export interface FindOptions {
  /** The data folder: programs unpacked there count, and a database made there wants a server of its own flavour. */
  dataDir?: string;
}

export interface EnsureOptions {
  dataDir: string;
  /** Told what is being installed, one line each. */
  say: (line: string) => void;
}

/** Where servers are installed, and where the PATH of an ordinary user often does not lead. */
const serverFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

/**
 * The path of a program: named by its environment variable, else on the PATH or where servers are installed, else
 * unpacked in the data folder.
 * @throws AppError setting_invalid when the variable names nothing that can be run
 */
export function findProgram(name: ProgramName, options: FindOptions = {}): string | undefined {
  const facts = programs[name];
  const named = process.env[facts.environment];
  if (named !== undefined && named !== '') return namedProgram(facts, named);
  const folders = searchFolders(options.dataDir);
  const commands = name === 'database' ? databaseCommands(options.dataDir) : facts.commands;
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(isRunnable);
}

function namedProgram(facts: ProgramFacts, named: string): string {
  const candidates = named.includes('/') ? [resolve(named)] : searchFolders().map((folder) => join(folder, named));
  const found = candidates.find(isRunnable);
  if (found !== undefined) return found;
  throw new AppError(
    'setting_invalid',
    `${facts.environment} is "${named}", and no program that can be run is there. It has to name ${facts.title}.`,
    { field: facts.environment },
  );
}

/** A machine may have both servers; the one that wrote the data comes first. */
function databaseCommands(dataDir: string | undefined): readonly string[] {
  const bound = dataDir === undefined ? undefined : recordedFlavour(dataDir);
  return bound === 'mysql' ? ['mysqld', 'mariadbd'] : programs.database.commands;
}

function searchFolders(dataDir?: string): string[] {
  const path = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return [...path, ...serverFolders, ...(dataDir === undefined ? [] : [join(unpackedFolder(dataDir), 'bin')])];
}

function unpackedFolder(dataDir: string): string {
  return join(resolve(dataDir), 'programs');
}

/** False also for what lies in a folder that is closed to us: the search goes on. */
function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Makes sure that these programs are there, and gives their paths. What is missing is installed where this is Debian or
 * Ubuntu: by apt-get as root, else unpacked below the data folder.
 * @throws AppError program_missing with the one command that helps
 */
export async function ensurePrograms<Name extends ProgramName>(
  names: readonly Name[],
  options: EnsureOptions,
): Promise<Map<Name, string>> {
  const missing = names.filter((name) => findProgram(name, options) === undefined);
  if (missing.length > 0) await install(missing, options);
  return new Map(names.map((name) => [name, requireProgram(name, options)]));
}

/**
 * The path of a program that has to be there.
 * @throws AppError program_missing with the one command that helps
 */
export function requireProgram(name: ProgramName, options: FindOptions = {}): string {
  const found = findProgram(name, options);
  if (found === undefined) throw missingError([name]);
  return found;
}

async function install(missing: readonly ProgramName[], options: EnsureOptions): Promise<void> {
  if (!aptAvailable()) throw missingError(missing);
  const choices = missing.map((name) => programs[name].debian);
  options.say(`Installing ${missing.map((name) => programs[name].title).join(', ')}.`);
  try {
    if (process.getuid?.() === 0) await installPackages(choices, options.say);
    else await unpackPackages(choices, unpackedFolder(options.dataDir), options.say);
  } catch (cause) {
    throw missingError(missing, cause);
  }
}

function missingError(missing: readonly ProgramName[], cause?: unknown): AppError {
  const facts = missing.map((name) => programs[name]);
  const titles = facts.map(({ title }) => title).join(', ');
  const variables = facts.map(({ environment }) => environment).join(', ');
  const tried = cause === undefined ? '' : ' (installing it failed)';
  const message = `This machine lacks ${titles}${tried}. Run: ${installCommand(facts)}\nOr name what you have by ${variables}.`;
  return new AppError('program_missing', message, cause === undefined ? {} : { cause });
}
