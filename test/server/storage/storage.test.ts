import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { fails, inPieces, inReusedMemory, readAll, stalled } from './content.ts';
import { type Store, stores } from './stores.ts';

const storageKey = randomBytes(32);
const chunk = 192 * 1024;
const sealedChunk = chunk + 16;
/** With its header and 43 tags, exactly the 8 MB of one part of an S3 upload. */
const onePart = 8 * 1024 ** 2 - 24 - 43 * 16;

for (const { name, open } of stores)
  describe(name, () => {
    let store: Store;
    let storage: Storage;
    before(async () => {
      store = await open();
      storage = openStorage(store.url, storageKey, store.scratch);
    });
    after(() => store.close());
    afterEach(async () => {
      for (const key of await store.keys()) await storage.remove(key);
    });

    for (const size of [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 1_500_000, onePart, onePart + 1, 20_000_000])
      it(`gives back ${size} bytes as they were, with their size and SHA-256`, async () => {
        const content = randomBytes(size);
        const stored = await storage.put('a/b', inPieces(content, 40_001));
        expect(stored).to.deep.equal({ byteSize: size, sha256: createHash('sha256').update(content).digest('hex') });
        expect((await readAll(storage, 'a/b')).equals(content)).to.equal(true);
        expect(await storage.size('a/b')).to.equal(size);
        expect(await store.unfinished()).to.equal(0);
      });

    it('pieces of any size make the same file, also when their memory is used again', async () => {
      const content = randomBytes(400_000);
      for (const pieceBytes of [1000, chunk, 3 * chunk, 400_000]) {
        await storage.put('a/b', inReusedMemory(content, pieceBytes));
        expect((await readAll(storage, 'a/b')).equals(content), `${pieceBytes}`).to.equal(true);
      }
    });

    for (const size of [2 * chunk, 3 * chunk + 100])
      it(`reads ranges of ${size} bytes exactly, at and around the borders of chunks`, async () => {
        const content = randomBytes(size);
        await storage.put('a/b', inPieces(content, 100_000));
        for (const start of [0, 1, chunk - 1, chunk, 2 * chunk - 1, content.length - 1])
          for (const end of [start, start + 1, start + chunk, content.length - 1, content.length + 1000]) {
            const read = await readAll(storage, 'a/b', { start, end });
            expect(read.equals(content.subarray(start, end + 1)), `${start}–${end}`).to.equal(true);
          }
      });

    for (const size of [0, 3, chunk, chunk + 3])
      it(`a range of ${size} bytes that begins at the end is empty; one past it is refused`, async () => {
        await storage.put('a/b', inPieces(randomBytes(size), 100_000));
        expect(await readAll(storage, 'a/b', { start: size, end: size + 9 })).to.have.length(0);
        for (const start of [size + 1, size + chunk, size + 10 * chunk])
          await fails(readAll(storage, 'a/b', { start, end: start + 9 }), 'invalid');
        await fails(readAll(storage, 'a/b', { start: -1, end: 1 }), 'invalid');
      });

    it('who leaves a file before its end holds nothing of it', async () => {
      await storage.put('a/b', inPieces(randomBytes(5_000_000), 100_000));
      for (let i = 0; i < 100; i++) for await (const _ of await storage.read('a/b')) break;
      expect(await readAll(storage, 'a/b')).to.have.length(5_000_000);
    });

    it('who leaves a file before its first byte holds nothing of it either', async () => {
      await storage.put('a/b', inPieces(randomBytes(5_000_000), 100_000));
      await readAll(storage, 'a/b');
      const before = openDescriptors();
      for (const range of [undefined, { start: 3_000_000, end: 4_000_000 }])
        for (let i = 0; i < 20; i++) await (await storage.read('a/b', range))[Symbol.asyncIterator]().return?.();
      await eventually('all closed', async () => openDescriptors() <= before + 10);
    });

    it('nothing of the content lies open there', async () => {
      await storage.put('a/b', inPieces(Buffer.alloc(500_000, 'customer secret '), 50_000));
      expect((await store.raw('a/b')).includes('customer secret')).to.equal(false);
    });

    describe('finds out that a file', () => {
      const content = randomBytes(3 * chunk + 1000);
      const damage: [string, (file: Buffer) => Buffer][] = [
        ['has one bit changed in its content', (file) => flipped(file, 24 + 200_000)],
        ['has one bit changed in its header', (file) => flipped(file, 10)],
        ['has one bit changed in a tag', (file) => flipped(file, 24 + chunk + 3)],
        ['was cut in the middle of a chunk', (file) => file.subarray(0, 24 + sealedChunk + 500)],
        ['was cut at the border of a chunk', (file) => file.subarray(0, 24 + 2 * sealedChunk)],
        ['was cut, and made to look like one with an empty last chunk', looksWhole],
        ['was cut to its header', (file) => file.subarray(0, 24)],
        ['was emptied', () => Buffer.alloc(0)],
        ['was made longer', (file) => Buffer.concat([file, randomBytes(2000)])],
        ['has two chunks exchanged', exchanged],
        ['is no sealed file', () => randomBytes(5000)],
      ];
      for (const [what, change] of damage)
        it(what, async () => {
          await storage.put('a/b', inPieces(content, 100_000));
          await store.replaceRaw('a/b', change(await store.raw('a/b')));
          await fails(readAll(storage, 'a/b'), 'sealed_data_damaged');
        });

      it('was sealed with another key', async () => {
        await storage.put('a/b', inPieces(content, 100_000));
        const other = openStorage(store.url, randomBytes(32), store.scratch);
        await fails(readAll(other, 'a/b'), 'sealed_data_damaged');
      });

      it('has a chunk of another file', async () => {
        await storage.put('a/b', inPieces(content, 100_000));
        await storage.put('a/c', inPieces(content, 100_000));
        const file = await store.raw('a/b');
        (await store.raw('a/c')).copy(file, 24, 24, 24 + sealedChunk);
        await store.replaceRaw('a/b', file);
        await fails(readAll(storage, 'a/b'), 'sealed_data_damaged');
      });

      it('was cut, also when only a range before the cut is read', async () => {
        await storage.put('a/b', inPieces(content, 100_000));
        await store.replaceRaw('a/b', (await store.raw('a/b')).subarray(0, 24 + 2 * sealedChunk));
        await fails(readAll(storage, 'a/b', { start: 0, end: 10 }), 'sealed_data_damaged');
        await fails(readAll(storage, 'a/b', { start: chunk + 5, end: chunk + 10 }), 'sealed_data_damaged');
      });
    });

    it('a second put replaces the first', async () => {
      await storage.put('a/b', inPieces(Buffer.from('first'), 10));
      await storage.put('a/b', inPieces(Buffer.from('second'), 10));
      expect((await readAll(storage, 'a/b')).toString()).to.equal('second');
    });

    it('while a file is written, a reader finds none or the older one, whole', async () => {
      const old = randomBytes(300_000);
      await storage.put('a/old', inPieces(old, 64_000));
      const [first, second] = [stalled(17_000_000), stalled(17_000_000)];
      const puts = [storage.put('a/new', first.content), storage.put('a/old', second.content)];
      await Promise.all([first.reached, second.reached]);
      await fails(readAll(storage, 'a/new'), 'not_found');
      await fails(storage.size('a/new'), 'not_found');
      expect((await readAll(storage, 'a/old')).equals(old)).to.equal(true);
      expect(await store.keys()).to.deep.equal(['a/old']);
      first.release();
      second.release();
      await Promise.all(puts);
      for (const key of ['a/new', 'a/old']) expect(await readAll(storage, key)).to.have.length(17_000_007);
    });

    it('a reader never mixes a file with the one that replaces it', async () => {
      const [old, other] = [randomBytes(6_000_000), randomBytes(6_000_000)];
      await storage.put('a/b', inPieces(old, 64_000));
      const reading = (await storage.read('a/b'))[Symbol.asyncIterator]();
      const { value } = await reading.next();
      const read = [Buffer.from(value as Uint8Array)];
      await storage.put('a/b', inPieces(other, 64_000));
      const failure = await (async () => {
        for (let next = await reading.next(); !next.done; next = await reading.next())
          read.push(Buffer.from(next.value));
      })().catch((error: unknown) => error);
      if (!failure) expect(Buffer.concat(read).equals(old)).to.equal(true);
    });

    it('ranges that are read while a file is replaced again and again are of one of its contents', async () => {
      // S3Proxy replaces an object not all at once and hands out a mixture, which the seal finds out; a file never is one.
      const refusals = name === 'S3 storage' ? ['item_changed', 'sealed_data_damaged'] : ['item_changed'];
      const contents = [1, 2].map((fill) => Buffer.alloc(4 * chunk, fill));
      await storage.put('a/b', inPieces(contents[0] as Buffer, chunk));
      let isOver = false;
      const writing = (async () => {
        for (let i = 0; !isOver; i++) await storage.put('a/b', inPieces(contents[i % 2] as Buffer, chunk));
      })();
      try {
        for (let i = 0; i < 50; i++) {
          const read = await readAll(storage, 'a/b', { start: chunk + 7, end: 2 * chunk }).catch(
            (error: unknown) => error,
          );
          if (read instanceof Buffer) expect([...new Set(read)]).to.have.length(1);
          else expect(read).to.have.property('code').that.is.oneOf(refusals);
        }
      } finally {
        isOver = true;
        await writing;
      }
    });

    for (const bytes of [100, 300_000, 20_000_000])
      it(`a put whose source fails after ${bytes} bytes throws that failure, keeps the old content and leaves nothing`, async () => {
        await storage.put('a/b', inPieces(Buffer.from('old'), 10));
        const failing = (async function* () {
          yield* inPieces(randomBytes(bytes), 100_000);
          throw new AppError('permission_denied', 'gone');
        })();
        await fails(storage.put('a/b', failing), 'permission_denied');
        expect((await readAll(storage, 'a/b')).toString()).to.equal('old');
        expect(await store.keys()).to.deep.equal(['a/b']);
        expect(await store.unfinished()).to.equal(0);
      });

    it('what is not there is not_found, and removing it is no error', async () => {
      await fails(readAll(storage, 'a/none'), 'not_found');
      await fails(readAll(storage, 'a/none', { start: 10 * chunk, end: 11 * chunk }), 'not_found');
      await fails(storage.size('a/none'), 'not_found');
      await storage.remove('a/none');
      await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
      await storage.remove('a/b');
      await storage.remove('a/b');
      await fails(storage.size('a/b'), 'not_found');
    });

    it('keys never lead out of the place', async () => {
      for (const key of ['../x', 'a/../../x', '/etc/x', 'a//b', '', 'a/.', '.partial/x', 'a\\..\\x', 'a/\0'])
        await fails(storage.put(key, inPieces(Buffer.from('abc'), 10)), 'invalid');
    });

    it('many at once are all kept', async () => {
      const contents = Array.from({ length: 50 }, () => randomBytes(150_000));
      await Promise.all(contents.map((content, i) => storage.put(`many/${i}`, inPieces(content, 64_000))));
      const read = await Promise.all(contents.map((_, i) => readAll(storage, `many/${i}`)));
      for (const [i, content] of contents.entries()) expect(read[i]?.equals(content), `${i}`).to.equal(true);
    });

    it('a writer that is killed leaves nothing to be read', async () => {
      const child = run('stall', 17_000_000);
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      await fails(storage.size('child/0'), 'not_found');
      expect(await store.keys()).to.deep.equal([]);
    });

    it('300 MB are written and read in flat memory', async () => {
      expect(await peakMb('stream', 300_000_000)).to.be.below(150);
    });

    it('50 at a time are written and read in flat memory', async () => {
      expect(await peakMb('parallel', 9_000_000)).to.be.below(220);
    });

    /** A process that works in the same storage; see child.ts. */
    function run(mode: string, bytes: number) {
      const program = fileURLToPath(new URL('./child.js', import.meta.url));
      const key = storageKey.toString('hex');
      return spawn(process.execPath, [program, mode, store.url, store.scratch, key, `${bytes}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    }

    /** By how much the process grew, at most. */
    async function peakMb(mode: string, bytes: number): Promise<number> {
      const child = run(mode, bytes);
      let told = '';
      child.stdout.on('data', (text: Buffer) => {
        told += text;
      });
      const [code] = (await once(child, 'close')) as [number];
      expect(code, told).to.equal(0);
      const { grownMb } = JSON.parse(told) as { grownMb: number };
      console.log(`      ${mode}: grew by ${grownMb} MB at most`);
      return grownMb;
    }
  });

/** Files and connections of this process. */
function openDescriptors(): number {
  return readdirSync('/dev/fd').length;
}

function flipped(file: Buffer, at: number): Buffer {
  file[at] = (file[at] ?? 0) ^ 1;
  return file;
}

function looksWhole(file: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, 24 + 2 * sealedChunk), randomBytes(16)]);
}

function exchanged(file: Buffer): Buffer {
  const body = file.subarray(24);
  const first = body.subarray(0, sealedChunk);
  const second = body.subarray(sealedChunk, 2 * sealedChunk);
  return Buffer.concat([file.subarray(0, 24), second, first, body.subarray(2 * sealedChunk)]);
}
