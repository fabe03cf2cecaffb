import { totalmem } from 'node:os';
import type { Layout } from './layout.ts';
import { installationOptions, type ServerProgram } from './program.ts';

const bytesPerMb = 1024 * 1024;
/** Large enough that a bulk import does not wait for the log; laid out on the disk in full. */
export const defaultRedoLogMb = 512;

/**
 * The pool that lookups by external id want, in MB. They touch 100 bytes of keys an interaction, measured, so it holds
 * the keys of five million.
 */
export const wantedPoolMb = 512;

/** What the machine or the container lets us use. */
export function memoryMb(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return Math.floor((limit > 0 && limit < total ? limit : total) / bytesPerMb);
}

/** The InnoDB buffer pool, in MB: at most a quarter of the memory, because the product and the page cache need the rest. */
export function bufferPoolMb(memory = memoryMb()): number {
  return Math.max(16, Math.min(wantedPoolMb, Math.floor(memory / 4)));
}

export interface ServerSettings {
  bufferPoolMb: number;
  redoLogMb: number;
  /** Options of the server's own, after ours: the last one of a name wins. */
  extra: readonly string[];
}

/** The server's whole command line: no option file of the machine is read. */
export function serverOptions(program: ServerProgram, layout: Layout, settings: ServerSettings): string[] {
  return [
    ...baseOptions(program, layout.tables),
    `--socket=${layout.socket}`,
    `--tmpdir=${layout.temporary}`,
    `--pid-file=${layout.temporary}/own.pid`,
    `--init-file=${layout.accounts}`,
    '--skip-networking',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--local-infile=1',
    '--default-time-zone=+00:00',
    '--max-allowed-packet=64M',
    '--performance-schema=OFF',
    // A commit that was answered survives a lost process and a lost machine.
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-doublewrite=1',
    `--innodb-buffer-pool-size=${settings.bufferPoolMb}M`,
    ...(program.flavour === 'mariadb'
      ? [`--innodb-log-file-size=${settings.redoLogMb}M`]
      : [`--innodb-redo-log-capacity=${settings.redoLogMb}M`, '--mysqlx=OFF', '--secure-file-priv=NULL']),
    ...settings.extra,
  ];
}

/** What the server needs also while it only makes its system tables. */
export function baseOptions(program: ServerProgram, tables: string): string[] {
  return [
    '--no-defaults',
    ...installationOptions(program),
    `--datadir=${tables}`,
    '--character-set-server=utf8mb4',
    // As root a server refuses to start unless it is told that this is meant.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
}
