import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedFolder, requireOwnFolder } from './folders.ts';

/** Where everything of one embedded database lies. All paths are absolute. */
export interface Layout {
  /** The product's data folder, symbolic links resolved. */
  dataDir: string;
  /** Ours inside it, open to its owner alone. */
  folder: string;
  /** The server's own data; it appears by one rename, so a half made one is never taken for whole. */
  tables: string;
  temporary: string;
  password: string;
  /** Flavour and version of the server that last wrote the tables, and the socket of the running one. */
  record: string;
  /** The pid of the server that we started last. */
  pid: string;
  log: string;
  /** Statements that the server runs before it lets anybody in: our account and database. */
  accounts: string;
  socket: string;
}

/** A socket's path is a fixed array in the kernel: 108 bytes with the closing zero on Linux, 104 on the BSDs and macOS. */
const socketPathBytesMax = process.platform === 'linux' ? 107 : 103;

/** A short name for the data folder, the same for everybody who names that folder in whatever way. */
export function folderHash(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex');
}

/** Names the parts of an existing data folder, without touching anything. */
export function layoutOf(dataDir: string): Layout {
  const real = realpathSync(dataDir);
  const folder = join(real, 'database');
  return {
    dataDir: real,
    folder,
    tables: join(folder, 'tables'),
    temporary: join(folder, 'temporary'),
    password: join(folder, 'password'),
    record: join(folder, 'server.json'),
    pid: join(folder, 'server.pid'),
    log: join(folder, 'server.log'),
    accounts: join(folder, 'accounts.sql'),
    socket: shortSocketPath(join(folder, 'server.sock'), folderHash(real)),
  };
}

function shortSocketPath(preferred: string, hash: string): string {
  if (Buffer.byteLength(preferred) <= socketPathBytesMax) return preferred;
  return join(tmpdir(), `cqa-${hash.slice(0, 16)}`, 's');
}

/**
 * Makes the folders that are missing and checks that they are ours to write.
 * @throws AppError permission_denied, storage_full, invalid
 */
export function openLayout(dataDir: string): Layout {
  requireOwnFolder(dataDir, () => mkdirSync(dataDir, { recursive: true, mode: 0o700 }));
  const layout = layoutOf(dataDir);
  closedFolder(layout.folder);
  closedFolder(layout.temporary);
  const socketFolder = join(layout.socket, '..');
  if (socketFolder !== layout.folder) closedFolder(socketFolder);
  return layout;
}
