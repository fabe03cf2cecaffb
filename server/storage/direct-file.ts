import { closeSync, openSync, rmSync, writevSync } from 'node:fs';
import { moveInto } from './move-into.ts';
import { type ChunkCipher, chunkBytes, newFile, sealChunk } from './sealed.ts';

/**
 * A sealed file written in the thread that has its content. Each of its calls holds that thread up for well below a
 * millisecond, which for a small file is less than to hand it to another thread and to hear from there. What is sealed
 * proves itself when it is read, so that no hash is made of it.
 */
export class DirectFile {
  readonly #temporary: string;
  readonly #path: string;
  readonly #cipher: ChunkCipher;
  readonly #chunk = freeChunks.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  #descriptor: number | undefined;
  #filled = 0;
  #chunks = 0;

  constructor(paths: { temporary: string; path: string }, storageKey: Buffer) {
    this.#temporary = paths.temporary;
    this.#path = paths.path;
    this.#cipher = newFile(storageKey);
  }

  /** Takes a copy. Throws what the file system throws; the file must then be abandoned. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === chunkBytes) this.#flush(false);
      const part = bytes.subarray(at, at + chunkBytes - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
  }

  /** The file is complete and in its place. */
  end(): void {
    this.#flush(true);
    this.#close();
    moveInto(this.#temporary, this.#path);
  }

  /** Nothing of the file is left. */
  abandon(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #flush(isLast: boolean): void {
    const content = this.#chunk.subarray(0, this.#filled);
    this.#descriptor ??= openSync(this.#temporary, 'wx', 0o600);
    const pieces = sealChunk(this.#cipher, this.#chunks, isLast, content);
    writeAll(this.#descriptor, this.#chunks === 0 ? [this.#cipher.header, ...pieces] : pieces);
    this.#chunks++;
    this.#filled = 0;
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor === undefined) return;
    freeChunks.push(this.#chunk);
    closeSync(descriptor);
  }
}

/** Used again and again; as many as there were files at once. */
const freeChunks: Buffer[] = [];

/** A full disk may take a part of a write and say so only in the count. */
function writeAll(descriptor: number, pieces: Buffer[]): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let written = writevSync(descriptor, pieces);
  while (written < length) written += writevSync(descriptor, [Buffer.concat(pieces, length).subarray(written)]);
}
