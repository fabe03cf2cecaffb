import type { FileHandle } from 'node:fs/promises';
import type { ByteStream } from '../byte-stream.ts';
import { closedUnread } from './closed-unread.ts';
import {
  type ChunkCipher,
  chunkBytes,
  chunkPosition,
  damaged,
  headerBytes,
  knownFile,
  type Layout,
  layoutOf,
  openChunk,
  sealedChunkBytes,
} from './sealed.ts';
import { failed } from './write-failure.ts';

/** A sealed file opened for reading. Its length is proved by its last chunk before anything is handed out. */
export class SealedReader {
  readonly #handle: FileHandle;
  readonly #cipher: ChunkCipher;
  readonly #layout: Layout;
  readonly #name: string;
  #sealed: Buffer | undefined;

  private constructor(handle: FileHandle, cipher: ChunkCipher, layout: Layout, name: string) {
    this.#handle = handle;
    this.#cipher = cipher;
    this.#layout = layout;
    this.#name = name;
  }

  /** Does not close the handle when it fails. */
  static async open(handle: FileHandle, storageKey: Buffer, name: string): Promise<SealedReader> {
    const { size } = await handle.stat();
    const header = await readFully(handle, 0, headerBytes, name);
    const reader = new SealedReader(handle, knownFile(storageKey, header, name), layoutOf(size, name), name);
    await reader.#chunks(reader.#layout.chunks - 1, 1);
    return reader;
  }

  get contentBytes(): number {
    return this.#layout.contentBytes;
  }

  /** Content from `start` to before `end`, opened chunk by chunk; closes the file at the end, or when it is left. */
  stream(start: number, end: number): ByteStream {
    return closedUnread(this.#pieces(start, end), () => this.#handle.close());
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Uint8Array> {
    try {
      for (let at = start; at < end; ) {
        const first = Math.floor(at / chunkBytes);
        for (const plain of await this.#chunks(first, Math.min(chunksAtOnce, this.#layout.chunks - first))) {
          const from = at % chunkBytes;
          const part = plain.subarray(from, Math.min(plain.length, from + (end - at)));
          at += part.length;
          if (part.length > 0) yield part;
        }
      }
    } finally {
      await this.#handle.close();
    }
  }

  async #chunks(first: number, count: number): Promise<Buffer[]> {
    const sealedEnd = headerBytes + this.#layout.contentBytes + this.#layout.chunks * (sealedChunkBytes - chunkBytes);
    const position = chunkPosition(first);
    const length = Math.min(count * sealedChunkBytes, sealedEnd - position);
    // The same memory each time: new buffers have V8 look for old ones, through all that it holds.
    this.#sealed ??= Buffer.allocUnsafeSlow(Math.min(chunksAtOnce * sealedChunkBytes, sealedEnd - headerBytes));
    const sealed = this.#sealed.subarray(0, length);
    await fill(this.#handle, sealed, position, this.#name);
    return Array.from({ length: count }, (_, i) => {
      const index = first + i;
      const piece = sealed.subarray(i * sealedChunkBytes, (i + 1) * sealedChunkBytes);
      return openChunk(this.#cipher, index, index === this.#layout.chunks - 1, piece, this.#name);
    });
  }
}

const chunksAtOnce = 2;

/** So many bytes from there. Throws `sealed_data_damaged` where there are fewer, `storage_failed` where they cannot be read. */
export async function readFully(handle: FileHandle, position: number, length: number, name: string): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  await fill(handle, buffer, position, name);
  return buffer;
}

async function fill(handle: FileHandle, buffer: Buffer, position: number, name: string): Promise<void> {
  for (let filled = 0; filled < buffer.length; ) {
    const { bytesRead } = await handle
      .read(buffer, filled, buffer.length - filled, position + filled)
      // A disk that fails, or a share that is away: it may pass.
      .catch((error) => Promise.reject(failed(`The stored file ${name} cannot be read`, error)));
    if (bytesRead === 0) throw damaged(name, 'it is cut short');
    filled += bytesRead;
  }
}
