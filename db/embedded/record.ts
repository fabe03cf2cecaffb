import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/error.ts';
import { type Layout, layoutOf } from './layout.ts';
import type { Flavour, ServerProgram } from './program.ts';

const recordSchema = z.object({
  flavour: z.enum(['mariadb', 'mysql']),
  /** Of the server that last opened the tables with success; 0.0.0 when it is not known. */
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** Where the running server listens: a long data folder moves it elsewhere. */
  socketPath: z.string(),
});

export type ServerRecord = z.infer<typeof recordSchema>;

const names: Record<Flavour, string> = { mariadb: 'MariaDB', mysql: 'MySQL' };

/**
 * What is known of the server that wrote the tables; undefined for a folder without tables.
 * @throws AppError database_failed when the record is damaged
 */
export function readRecord(layout: Layout): ServerRecord | undefined {
  if (!existsSync(layout.tables)) return undefined;
  if (!existsSync(layout.record)) return { flavour: flavourOf(layout), version: '0.0.0', socketPath: layout.socket };
  try {
    return recordSchema.parse(JSON.parse(readFileSync(layout.record, 'utf8')));
  } catch (cause) {
    const message = `${layout.record}, which names the database server of this folder, cannot be read. Delete that one file; it is made again.`;
    throw new AppError('database_failed', message, { cause });
  }
}

export function writeRecord(layout: Layout, record: ServerRecord): void {
  const fresh = `${layout.record}.new`;
  writeFileSync(fresh, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(fresh, layout.record);
}

/** The flavour that a data folder is bound to, so that of two servers on a machine the right one is started. */
export function recordedFlavour(dataDir: string): Flavour | undefined {
  return existsSync(join(dataDir, 'database')) ? readRecord(layoutOf(dataDir))?.flavour : undefined;
}

/** Without a record: each flavour keeps its system tables in a file of its own kind. */
function flavourOf(layout: Layout): Flavour {
  return existsSync(join(layout.tables, 'mysql.ibd')) ? 'mysql' : 'mariadb';
}

/**
 * Refuses a server that cannot read the tables.
 * @throws AppError program_missing
 */
export function requireFitting(program: ServerProgram, record: ServerRecord, layout: Layout): void {
  const written = `${names[record.flavour]} ${record.version}`;
  const offered = `${names[program.flavour]} ${program.version} (${program.path})`;
  if (program.flavour !== record.flavour) {
    throw new AppError(
      'program_missing',
      `The database in ${layout.dataDir} was written by ${written}, and ${offered} cannot read it. ` +
        `Install ${names[record.flavour]} or name its server with CQA_MARIADBD, or choose another folder with CQA_DATA_DIR.`,
    );
  }
  if (compareSeries(program.version, record.version) < 0) {
    throw new AppError(
      'program_missing',
      `The database in ${layout.dataDir} was written by ${written}, and the older ${offered} cannot read it. ` +
        `Install ${names[record.flavour]} ${record.version} or newer, or name its server with CQA_MARIADBD.`,
    );
  }
}

/** Below zero when `a` is of an older series (the first two numbers) than `b`; within a series data can go both ways. */
export function compareSeries(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}
