import type { AppError } from '../../shared/error.ts';
import { type EmbeddedConnection, serverVersion } from './connection.ts';
import { initialise } from './initialise.ts';
import { type Layout, openLayout } from './layout.ts';
import { endLeftover } from './leftover.ts';
import { acquireLock } from './lock.ts';
import { bufferPoolMb, defaultRedoLogMb, serverOptions } from './options.ts';
import { describeProgram, type Flavour, type ServerProgram } from './program.ts';
import { compareSeries, readRecord, requireFitting, type ServerRecord, writeRecord } from './record.ts';
import { databaseName, databaseUser, openPassword, writeUsers } from './sign-in.ts';
import { Supervisor } from './supervisor.ts';
import { upgrade } from './upgrade.ts';

export interface EmbeddedOptions {
  /** The product's data folder; made where it is missing. */
  dataDir: string;
  /** Path of mariadbd or of MySQL's mysqld. */
  serverProgram: string;
  /** Told about what takes long and what went wrong, one sentence each. */
  say?: (line: string) => void;
  /** The InnoDB buffer pool; by default see bufferPoolMb() in options.ts. */
  bufferPoolMb?: number;
  /** The redo log, 512 by default. It takes that much of the disk from the start. */
  redoLogMb?: number;
  /** Options of the server itself, which win over ours. */
  serverOptions?: readonly string[];
  /** Called once when the server ends again and again and is not started any more. */
  onGone?: (error: AppError) => void;
}

export interface EmbeddedDatabase extends EmbeddedConnection {
  flavour: Flavour;
  /** As the server tells it, such as 10.11.19-MariaDB. */
  version: string;
  /** Ends the server in order and gives the folder free; a second call waits for the first. */
  stop(): Promise<void>;
}

/**
 * Starts the database server of a data folder as our child process, on a Unix socket alone, and makes the database on
 * first use. Call it from the main thread: the server ends with the thread that started it. One process at a time can
 * own a folder.
 * @throws AppError database_in_use, program_missing, permission_denied, storage_full, database_failed
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const program = await describeProgram(options.serverProgram);
  const layout = openLayout(options.dataDir);
  const lock = await acquireLock(layout);
  try {
    return await startOwned(program, layout, options, () => lock.release());
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}

async function startOwned(
  program: ServerProgram,
  layout: Layout,
  options: EmbeddedOptions,
  release: () => Promise<void>,
): Promise<EmbeddedDatabase> {
  const say = options.say ?? (() => undefined);
  await endLeftover(layout, say);
  const redoLogMb = options.redoLogMb ?? defaultRedoLogMb;
  const record = await prepareTables(program, layout, redoLogMb, say);
  const password = openPassword(layout);
  writeUsers(layout, password);
  const supervisor = new Supervisor({
    program: program.path,
    options: serverOptions(program, layout, {
      bufferPoolMb: options.bufferPoolMb ?? bufferPoolMb(),
      redoLogMb,
      extra: options.serverOptions ?? [],
    }),
    layout,
    say,
    onGone: options.onGone ?? (() => undefined),
  });
  const connection = { socketPath: layout.socket, user: databaseUser, password, database: databaseName };
  try {
    await supervisor.start();
    await bringUpToDate(program, record, layout, password, say);
    const version = await serverVersion(connection);
    const stop = once(async () => {
      await supervisor.stop();
      await release();
    });
    return { ...connection, flavour: program.flavour, version, stop };
  } catch (thrown) {
    await supervisor.stop();
    throw thrown;
  }
}

/** Makes the tables on first use, and refuses those that this server cannot read. */
async function prepareTables(
  program: ServerProgram,
  layout: Layout,
  redoLogMb: number,
  say: (line: string) => void,
): Promise<ServerRecord | undefined> {
  const record = readRecord(layout);
  if (record === undefined) {
    say('Making the embedded database.');
    await initialise(program, layout, redoLogMb);
    return undefined;
  }
  requireFitting(program, record, layout);
  return record;
}

async function bringUpToDate(
  program: ServerProgram,
  record: ServerRecord | undefined,
  layout: Layout,
  password: string,
  say: (line: string) => void,
): Promise<void> {
  if (record !== undefined && compareSeries(program.version, record.version) > 0) {
    say(`Bringing the database from version ${record.version} to ${program.version}.`);
    await upgrade(program, layout, password);
  }
  writeRecord(layout, { flavour: program.flavour, version: program.version, socketPath: layout.socket });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action();
    return running;
  };
}
