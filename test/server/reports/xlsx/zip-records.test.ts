import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import { directory, fileEnd, type ZipEntry } from '../../../../server/reports/xlsx/zip-records.ts';

const gb = 2 ** 30;

/** An archive with its directory at that place and nothing before it. */
class Ending extends RandomAccessReader {
  readonly #bytes: Buffer;
  readonly #at: number;

  constructor(bytes: Buffer, at: number) {
    super();
    this.#bytes = bytes;
    this.#at = at;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const range = Buffer.alloc(end - start);
    this.#bytes.copy(range, Math.max(0, this.#at - start), Math.max(0, start - this.#at));
    return Readable.from([range]);
  }
}

async function read(entries: ZipEntry[], at: number): Promise<Entry[]> {
  const bytes = directory(entries, at);
  const archive = await fromRandomAccessReaderPromise(new Ending(bytes, at), at + bytes.length, { lazyEntries: true });
  const found: Entry[] = [];
  for await (const entry of archive.eachEntry()) found.push(entry);
  return found;
}

describe('an archive’s records', () => {
  const small = { path: 'é.xml', at: 0, crc32: 0xfedcba98, bytes: 900, compressedBytes: 90 };

  for (const [what, entries, at] of [
    ['of small files', [small, { ...small, path: 'b.xml', at: 200 }], 400],
    ['of a file that is beyond 4 GB', [{ ...small, bytes: 5 * gb, compressedBytes: gb }], gb + 100],
    ['of a file that begins beyond 4 GB', [small, { ...small, path: 'b.xml', at: 6 * gb }], 6 * gb + 200],
  ] as [string, ZipEntry[], number][])
    it(`${what} are read by others`, async () => {
      const found = await read(entries, at);
      expect(
        found.map((entry) => ({
          path: entry.fileName,
          at: entry.relativeOffsetOfLocalHeader,
          crc32: entry.crc32,
          bytes: entry.uncompressedSize,
          compressedBytes: entry.compressedSize,
        })),
      ).to.deep.equal(entries);
    });

  it('behind a file’s content have its sizes in 64 bits where they need them', () => {
    expect(fileEnd(small).readUInt32LE(12)).to.equal(small.bytes);
    const end = fileEnd({ ...small, bytes: 5 * gb });
    expect([end.readBigUInt64LE(8), end.readBigUInt64LE(16)]).to.deep.equal([90n, BigInt(5 * gb)]);
  });
});
