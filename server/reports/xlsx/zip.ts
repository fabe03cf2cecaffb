import type { DuplexOptions } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw, type ZlibOptions } from 'node:zlib';
import { directory, fileEnd, fileHeader, type ZipEntry } from './zip-records.ts';

/** The level is of 1 to 9: beyond it files get little smaller and take twice as long. Content waits while some is compressed. */
const compression: ZlibOptions & DuplexOptions = { level: 2, writableHighWaterMark: 256 * 1024 };

/** An archive whose files are written as they are read, one after the other. Memory does not grow with them. */
export class Zip {
  readonly #entries: ZipEntry[] = [];
  #at = 0;

  /** The next file's bytes. It fails as its content fails, and ends that when nobody reads on. */
  async *file(path: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Uint8Array> {
    const entry: ZipEntry = { path, at: this.#at, crc32: 0, bytes: 0, compressedBytes: 0 };
    const deflate = createDeflateRaw(compression);
    // Its failure is told by what it writes to.
    const filling = pipeline(measured(content, entry), deflate).catch(() => undefined);
    try {
      yield this.#counted(fileHeader(path));
      for await (const block of deflate as AsyncIterable<Buffer>) {
        entry.compressedBytes += block.length;
        yield this.#counted(block);
      }
    } finally {
      deflate.destroy();
      await filling;
    }
    yield this.#counted(fileEnd(entry));
    this.#entries.push(entry);
  }

  /** What an archive ends with. */
  end(): Uint8Array {
    return directory(this.#entries, this.#at);
  }

  #counted(bytes: Buffer): Buffer {
    this.#at += bytes.length;
    return bytes;
  }
}

async function* measured(content: AsyncIterable<Buffer> | Iterable<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer> {
  for await (const block of content) {
    entry.crc32 = crc32(block, entry.crc32);
    entry.bytes += block.length;
    yield block;
  }
}
