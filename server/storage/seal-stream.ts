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
  let index = 0;
  let byteSize = 0;
  let rest: Uint8Array = new Uint8Array(0);
  await writer.add([file.header]);
  for await (const bytes of content) {
    hash.update(bytes);
    byteSize += bytes.length;
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    // One chunk is always kept back: only the end of the stream tells which is the last.
    let at = 0;
    for (; rest.length - at > chunkBytes; at += chunkBytes)
      await writer.add(sealChunk(file, index++, false, rest.subarray(at, at + chunkBytes)));
    rest = rest.subarray(at);
  }
  await writer.add(sealChunk(file, index, true, rest));
  await writer.end();
  return { byteSize, sha256: hash.digest('hex') };
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
