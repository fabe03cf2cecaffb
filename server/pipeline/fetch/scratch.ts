import { createHash, randomUUID } from 'node:crypto';
import { close, mkdirSync, openSync, read, unlinkSync, write } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { AppError } from '../../../shared/error.ts';
import type { ByteStream } from '../../byte-stream.ts';
import { EncodingDetector, type TextEncoding } from '../../rows/parse/encoding.ts';
import { magicBytes } from './unpack.ts';

const readInto = promisify(read);
const writeFrom = promisify(write);
const closeFile = promisify(close);

const blockBytes = 256 * 1024;
/** What is parsed in one go, about a millisecond: the database's answers are met in between. */
const sliceBytes = 16 * 1024;

/** An item's whole content on our own disk, so that no session waits for the database and no half-changed file is read. */
export interface ScratchFile extends AsyncDisposable {
  byteSize: number;
  sha256: Buffer;
  encoding: TextEncoding;
  /** Its first bytes, which say whether it is packed. */
  head: Buffer;
  /** Open for reading at any place, for as long as the file is. */
  descriptor: number;
  bytes(): ByteStream;
}

/**
 * Copies an item's bytes to a scratch file and learns their hash and encoding on the way. The file has no name from the
 * moment it is there, so nothing is left of it when the program is killed. Throws `storage_full` when there is no room.
 */
export async function copyToScratch(content: ByteStream, dataDir: string, signal: AbortSignal): Promise<ScratchFile> {
  const file = openNameless(join(dataDir, 'scratch'));
  try {
    return {
      ...(await copy(content, file, dataDir, signal)),
      descriptor: file,
      bytes: () => readBlocks(file),
      [Symbol.asyncDispose]: () => closeFile(file),
    };
  } catch (thrown) {
    await closeFile(file);
    throw thrown;
  }
}

function openNameless(folder: string): number {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, randomUUID());
    const file = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return file;
  } catch (thrown) {
    throw scratchFailure(thrown, folder);
  }
}

async function copy(content: ByteStream, file: number, dataDir: string, signal: AbortSignal) {
  const hash = createHash('sha256');
  const detector = new EncodingDetector();
  let head: Buffer = Buffer.alloc(0);
  let byteSize = 0;
  for await (const block of content) {
    signal.throwIfAborted();
    hash.update(block);
    if (head.length < magicBytes) head = Buffer.concat([head, block.subarray(0, magicBytes - head.length)]);
    detector.add(block);
    await writeWhole(file, block, dataDir);
    byteSize += block.byteLength;
  }
  return { byteSize, sha256: hash.digest(), encoding: detector.result(), head };
}

/** A disk that fills up in the middle of a block takes a part of it, and says why at the next write. */
async function writeWhole(file: number, block: Uint8Array, dataDir: string): Promise<void> {
  try {
    for (let offset = 0; offset < block.byteLength; ) {
      const { bytesWritten } = await writeFrom(file, block, offset, block.byteLength - offset);
      offset += bytesWritten;
    }
  } catch (thrown) {
    throw scratchFailure(thrown, dataDir);
  }
}

async function* readBlocks(file: number): ByteStream & AsyncGenerator<Uint8Array> {
  const block = Buffer.allocUnsafe(blockBytes);
  for (let position = 0; ; ) {
    const { bytesRead } = await readInto(file, block, 0, blockBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    for (let start = 0; start < bytesRead; start += sliceBytes) {
      yield block.subarray(start, Math.min(start + sliceBytes, bytesRead));
      await nextTurn();
    }
  }
}

const fullCodes = ['ENOSPC', 'EFBIG', 'EDQUOT'];

function scratchFailure(thrown: unknown, folder: string): AppError {
  const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
  if (fullCodes.includes(code))
    return new AppError(
      'storage_full',
      `There is no room for the file in ${folder} on this server (${code}). Free space there, or set CQA_DATA_DIR to a larger disk; then run the job again.`,
      { cause: thrown },
    );
  return new AppError('storage_failed', `The file cannot be kept in ${folder} on this server (${code}).`, {
    cause: thrown,
  });
}
