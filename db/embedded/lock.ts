import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/error.ts';
import { folderError, systemCode } from './folders.ts';
import { folderHash, type Layout } from './layout.ts';

/** The right to run the database of one data folder. The kernel takes it back when its process ends, however it ends. */
export interface OwnerLock {
  release(): Promise<void>;
}

/** The process that runs the database of a folder; its pid is unknown when it was too busy to say. */
export interface Owner {
  pid: number | undefined;
}

const answerTimeoutMs = 2000;

/**
 * Two addresses. Linux's abstract name is taken and given back by the kernel in one step, so it decides between two
 * starts at the same moment. It is seen only inside one network namespace, though: two containers on one volume meet
 * at the file. Elsewhere the file is all there is.
 */
function addressesOf(layout: Layout): string[] {
  const file = join(dirname(layout.socket), 'owner');
  return process.platform === 'linux' ? [`\0cqa-${folderHash(layout.dataDir)}`, file] : [file];
}

/**
 * Takes the lock of a data folder.
 * @throws AppError database_in_use while another process holds it
 */
export async function acquireLock(layout: Layout): Promise<OwnerLock> {
  const held: Server[] = [];
  try {
    for (const address of addressesOf(layout)) held.push(await take(address, layout));
  } catch (thrown) {
    await Promise.all(held.map(close));
    throw thrown;
  }
  return {
    async release() {
      // The file goes first: until the name is free nobody else uses its folder.
      for (const server of held.splice(0).reverse()) {
        await close(server);
        removeShortFolder(layout);
      }
    },
  };
}

/** Who runs the database of this folder now; null where nobody does. */
export async function lockOwner(layout: Layout): Promise<Owner | null> {
  for (const address of addressesOf(layout)) {
    const owner = await ask(address);
    if (owner !== null) return owner;
  }
  return null;
}

/** A socket folder outside the data folder is left empty by a stopped server; one in use is not empty. */
function removeShortFolder(layout: Layout): void {
  const folder = dirname(layout.socket);
  if (folder === layout.folder || !existsSync(folder) || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
}

async function take(address: string, layout: Layout): Promise<Server> {
  try {
    return await listen(address);
  } catch (thrown) {
    if (systemCode(thrown) !== 'EADDRINUSE') throw folderError(layout.folder, thrown);
  }
  const owner = await ask(address);
  if (owner !== null || address.startsWith('\0')) throw inUse(layout, owner);
  rmSync(address, { force: true }); // its process is gone; a socket file stays behind
  return listen(address);
}

function inUse(layout: Layout, owner: Owner | null): AppError {
  const who = owner?.pid === undefined ? 'another process' : `process ${owner.pid}`;
  return new AppError(
    'database_in_use',
    `The data folder ${layout.dataDir} is in use by ${who}, which runs its database. ` +
      'Stop that one first, or give this one a folder of its own with CQA_DATA_DIR.',
  );
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(`${process.pid}\n`);
    });
    server.once('error', reject);
    server.listen(address, () => resolve(server.unref()));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Asks whoever listens there for its pid; null where nobody listens. */
function ask(address: string): Promise<Owner | null> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(address);
    const answer = (owner: Owner | null) => {
      socket.destroy();
      resolve(owner);
    };
    socket.setTimeout(answerTimeoutMs, () => answer({ pid: undefined }));
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('end', () => answer({ pid: Number.parseInt(text, 10) || undefined }));
    socket.on('error', (thrown) => {
      const code = systemCode(thrown);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') answer(null);
      else if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'EAGAIN') answer({ pid: undefined });
      else reject(folderError(address, thrown));
    });
  });
}
