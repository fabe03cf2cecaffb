import { createHash } from 'node:crypto';
import type { ByteStream } from '../connectors/connector.ts';
import { chunkBytes, newFile, sealChunk } from './sealed.ts';
import type { StoredObject } from './storage.ts';

/** So much is gathered before it is written: one call for a short recording, a few for a long one. */
const writeBytes = 1024 * 1024;

/**
 * Seals content as it comes. `write` is given the pieces of the sealed file in order, one call at a time; the next
 * content is awaited while a write is under way.
 */
export async function sealStream(
  content: ByteStream,
  storageKey: Buffer,
  write: (pieces: Buffer[]) => Promise<void>,
): Promise<StoredObject> {
  const file = newFile(storageKey);
  const hash = createHash('sha256');
  const writer = new Gatherer(write);
  const cutter = new ChunkCutter(spareChunks.pop() ?? Buffer.allocUnsafeSlow(chunkBytes));
  let index = 0;
  let byteSize = 0;
  await writer.add([file.header]);
  for await (const bytes of content) {
    hash.update(bytes);
    byteSize += bytes.length;
    // Sealed before the next bytes are asked for: these may be gone then.
    for (const chunk of cutter.cut(bytes)) await writer.add(sealChunk(file, index++, false, chunk));
  }
  await writer.add(sealChunk(file, index, true, cutter.rest()));
  if (spareChunks.length < spareChunksMost) spareChunks.push(cutter.memory);
  await writer.end();
  return { byteSize, sha256: hash.digest('hex') };
}

/** Memory for the ends of chunks, used again: a thousand short recordings need no more of it than a few. */
const spareChunks: Buffer[] = [];
const spareChunksMost = 32;

/**
 * Cuts content into chunks without copying more than their ends. One chunk is always kept back: only the end of the
 * content tells which is the last.
 */
class ChunkCutter {
  readonly memory: Buffer;
  #length = 0;

  /** `memory` holds a whole chunk. */
  constructor(memory: Buffer) {
    this.memory = memory;
  }

  /** The chunks that are complete now; each must be used before the next is taken. */
  *cut(bytes: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    if (this.#length > 0) {
      at = Math.min(chunkBytes - this.#length, bytes.length);
      this.#keep(bytes.subarray(0, at));
      if (at === bytes.length) return;
      yield this.rest();
    }
    for (; bytes.length - at > chunkBytes; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    this.#keep(bytes.subarray(at));
  }

  rest(): Uint8Array {
    const rest = this.memory.subarray(0, this.#length);
    this.#length = 0;
    return rest;
  }

  #keep(bytes: Uint8Array): void {
    this.memory.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}

/** Collects pieces into writes of a good size and keeps one write under way. */
class Gatherer {
  readonly #write: (pieces: Buffer[]) => Promise<void>;
  #pieces: Buffer[] = [];
  #length = 0;
  #underWay: Promise<void> = Promise.resolve();

  constructor(write: (pieces: Buffer[]) => Promise<void>) {
    this.#write = write;
  }

  /** Waits only when a whole write's worth has come before the last write ended. */
  async add(pieces: Buffer[]): Promise<void> {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#length += piece.length;
    }
    if (this.#length >= writeBytes) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#underWay;
  }

  async #flush(): Promise<void> {
    await this.#underWay;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    this.#underWay = this.#write(pieces);
    // Whoever awaits it next hears of a failure.
    this.#underWay.catch(() => undefined);
  }
}
