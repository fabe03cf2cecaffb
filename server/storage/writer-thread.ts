import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, rmSync, writevSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { collectYoungEvery } from '../young-garbage.ts';
import { moveInto } from './move-into.ts';
import { type ChunkCipher, chunkBytes, newFile, sealChunk } from './sealed.ts';
import type { StoredObject } from './storage.ts';
import type { ChunkOrder, Order, Reply, WriterInput } from './writer-order.ts';

/** A file under way. */
interface OpenFile {
  /** Undefined once closed: its number may be another file's by then. */
  descriptor: number | undefined;
  temporary: string;
  path: string;
  cipher: ChunkCipher;
  hash: Hash;
  chunks: number;
  byteSize: number;
}

/** A file that failed stays here without anything, so that its later chunks are passed over. */
const files = new Map<number, OpenFile | 'failed'>();

const { memory } = workerData as WriterInput;
const countPassing = collectYoungEvery();

parentPort?.on('message', (order: Order) => {
  parentPort?.postMessage('abandon' in order ? abandon(order.id) : take(order));
});

function take(order: ChunkOrder): Reply {
  const { id, begin, slot, isLast } = order;
  try {
    const file = begin ? open(begin) : files.get(id);
    if (!file || file === 'failed') return { id, slot };
    files.set(id, file);
    write(file, order);
    if (!isLast) return { id, slot };
    const stored = complete(file);
    files.delete(id);
    return { id, slot, stored };
  } catch (error) {
    discard(files.get(id));
    files.set(id, 'failed');
    const { message, code, syscall } = error as NodeJS.ErrnoException;
    return { id, slot, failure: { message, code, syscall } };
  }
}

function abandon(id: number): Reply {
  discard(files.get(id));
  files.delete(id);
  return { id };
}

function open({ temporary, path, storageKey }: NonNullable<ChunkOrder['begin']>): OpenFile {
  const cipher = newFile(Buffer.from(storageKey));
  const descriptor = openSync(temporary, 'wx', 0o600);
  return { descriptor, temporary, path, cipher, hash: createHash('sha256'), chunks: 0, byteSize: 0 };
}

function write(file: OpenFile, { slot, length, isLast }: ChunkOrder): void {
  const content = new Uint8Array(memory, slot * chunkBytes, length);
  file.hash.update(content);
  const pieces = sealChunk(file.cipher, file.chunks, isLast, content);
  writeAll(file, file.chunks === 0 ? [file.cipher.header, ...pieces] : pieces);
  file.chunks++;
  file.byteSize += length;
  countPassing(length);
}

/** A full disk may take a part of a write and say so only in the count. */
function writeAll({ descriptor }: OpenFile, pieces: Buffer[]): void {
  if (descriptor === undefined) throw new Error('the file was closed before its end');
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let written = writevSync(descriptor, pieces);
  while (written < length) written += writevSync(descriptor, [Buffer.concat(pieces, length).subarray(written)]);
}

function complete(file: OpenFile): StoredObject {
  close(file);
  moveInto(file.temporary, file.path);
  return { byteSize: file.byteSize, sha256: file.hash.digest('hex') };
}

function close(file: OpenFile): void {
  const { descriptor } = file;
  file.descriptor = undefined;
  if (descriptor !== undefined) closeSync(descriptor);
}

function discard(file: OpenFile | 'failed' | undefined): void {
  if (!file || file === 'failed') return;
  close(file);
  rmSync(file.temporary, { force: true });
}
