import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { AppError, type ErrorCode } from '../../../shared/error.ts';
import { scratchFolder } from '../../harness/folders.ts';

const storageKey = randomBytes(32);
const chunk = 192 * 1024;
const sealedChunk = chunk + 16;

describe('file storage', () => {
  let root: string;
  let storage: Storage;
  beforeEach(() => {
    root = join(scratchFolder('storage'), 'root');
    storage = openStorage(pathToFileURL(root).href, storageKey);
  });

  for (const size of [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 17, 1_500_000])
    it(`gives back ${size} bytes as they were, with their size and SHA-256`, async () => {
      const content = randomBytes(size);
      const stored = await storage.put('a/b', inPieces(content, 40_001));
      expect(stored).to.deep.equal({ byteSize: size, sha256: createHash('sha256').update(content).digest('hex') });
      expect((await readAll(storage, 'a/b')).equals(content)).to.equal(true);
      expect(await storage.size('a/b')).to.equal(size);
    });

  it('pieces of any size make the same file, also when their memory is used again', async () => {
    const content = randomBytes(400_000);
    for (const pieceBytes of [1000, chunk, 3 * chunk, 400_000]) {
      await storage.put('a/b', inReusedMemory(content, pieceBytes));
      expect((await readAll(storage, 'a/b')).equals(content), `${pieceBytes}`).to.equal(true);
    }
  });

  it('reads ranges exactly, at and around the borders of chunks', async () => {
    const content = randomBytes(3 * chunk + 100);
    await storage.put('a/b', inPieces(content, 100_000));
    for (const start of [0, 1, chunk - 1, chunk, 2 * chunk + 5, content.length - 1])
      for (const end of [start, start + 1, start + chunk, content.length - 1, content.length + 1000]) {
        const read = await readAll(storage, 'a/b', { start, end });
        expect(read.equals(content.subarray(start, end + 1)), `${start}–${end}`).to.equal(true);
      }
  });

  it('a range that begins past the end is refused', async () => {
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    await fails(readAll(storage, 'a/b', { start: 4, end: 9 }), 'invalid');
  });

  it('nothing of the content lies open on the disk', async () => {
    await storage.put('a/b', inPieces(Buffer.alloc(500_000, 'customer secret '), 50_000));
    expect(readFileSync(join(root, 'a/b')).includes('customer secret')).to.equal(false);
  });

  it('files are for the owner alone', async () => {
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    expect(statSync(join(root, 'a/b')).mode & 0o777).to.equal(0o600);
    for (const folder of [root, join(root, 'a')]) expect(statSync(folder).mode & 0o777, folder).to.equal(0o700);
  });

  describe('finds out that a file', () => {
    const content = randomBytes(3 * chunk + 1000);
    const damage: [string, (file: Buffer) => Buffer][] = [
      ['has one bit changed in its content', (file) => flipped(file, 24 + 200_000)],
      ['has one bit changed in its header', (file) => flipped(file, 10)],
      ['has one bit changed in a tag', (file) => flipped(file, 24 + chunk + 3)],
      ['was cut in the middle of a chunk', (file) => file.subarray(0, 24 + sealedChunk + 500)],
      ['was cut at the border of a chunk', (file) => file.subarray(0, 24 + 2 * sealedChunk)],
      ['was cut to its header', (file) => file.subarray(0, 24)],
      ['was emptied', () => Buffer.alloc(0)],
      ['was made longer', (file) => Buffer.concat([file, randomBytes(2000)])],
      ['has two chunks exchanged', exchanged],
      ['is no sealed file', () => randomBytes(5000)],
    ];
    for (const [what, change] of damage)
      it(what, async () => {
        await storage.put('a/b', inPieces(content, 100_000));
        const path = join(root, 'a/b');
        writeFileSync(path, change(readFileSync(path)));
        await fails(readAll(storage, 'a/b'), 'sealed_data_damaged');
      });

    it('was sealed with another key', async () => {
      await storage.put('a/b', inPieces(content, 100_000));
      const other = openStorage(pathToFileURL(root).href, randomBytes(32));
      await fails(readAll(other, 'a/b'), 'sealed_data_damaged');
    });

    it('has a chunk of another file', async () => {
      await storage.put('a/b', inPieces(content, 100_000));
      await storage.put('a/c', inPieces(content, 100_000));
      const file = readFileSync(join(root, 'a/b'));
      readFileSync(join(root, 'a/c')).copy(file, 24, 24, 24 + sealedChunk);
      writeFileSync(join(root, 'a/b'), file);
      await fails(readAll(storage, 'a/b'), 'sealed_data_damaged');
    });

    it('was cut, also when only a range before the cut is read', async () => {
      await storage.put('a/b', inPieces(content, 100_000));
      const path = join(root, 'a/b');
      writeFileSync(path, readFileSync(path).subarray(0, 24 + 2 * sealedChunk));
      await fails(readAll(storage, 'a/b', { start: 0, end: 10 }), 'sealed_data_damaged');
    });
  });

  it('a second put replaces the first', async () => {
    await storage.put('a/b', inPieces(Buffer.from('first'), 10));
    await storage.put('a/b', inPieces(Buffer.from('second'), 10));
    expect((await readAll(storage, 'a/b')).toString()).to.equal('second');
  });

  it('a put whose source fails throws that failure, keeps the old content and leaves nothing behind', async () => {
    await storage.put('a/b', inPieces(Buffer.from('old'), 10));
    const failing = (async function* () {
      yield randomBytes(300_000);
      throw new AppError('connection_lost', 'gone');
    })();
    await fails(storage.put('a/b', failing), 'connection_lost');
    expect((await readAll(storage, 'a/b')).toString()).to.equal('old');
    expect(filesBelow(root)).to.deep.equal(['a/b']);
  });

  it('what is not there is not_found, and removing it is no error', async () => {
    await fails(readAll(storage, 'a/none'), 'not_found');
    await fails(storage.size('a/none'), 'not_found');
    await storage.remove('a/none');
  });

  it('removing the last file of a folder removes the folder; a put makes it again', async () => {
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    await storage.remove('a/b');
    expect(existsSync(join(root, 'a'))).to.equal(false);
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    expect(await storage.size('a/b')).to.equal(3);
  });

  it('keys never lead out of the folder', async () => {
    for (const key of ['../x', 'a/../../x', '/etc/x', 'a//b', '', 'a/.', '.partial/x', 'a\\..\\x', 'a/\0'])
      await fails(storage.put(key, inPieces(Buffer.from('abc'), 10)), 'invalid');
  });

  it('what a killed program left is cleared after a day, and not before', async () => {
    mkdirSync(join(root, '.partial'), { recursive: true });
    for (const name of ['old', 'new']) writeFileSync(join(root, '.partial', name), 'x');
    utimesSync(join(root, '.partial/old'), new Date(0), new Date(0));
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    expect(readdirSync(join(root, '.partial'))).to.deep.equal(['new']);
  });

  it('many at once are all kept', async () => {
    const contents = Array.from({ length: 50 }, () => randomBytes(150_000));
    await Promise.all(contents.map((content, i) => storage.put(`many/${i}`, inPieces(content, 64_000))));
    for (const [i, content] of contents.entries())
      expect((await readAll(storage, `many/${i}`)).equals(content)).to.equal(true);
  });

  it('a file that may not grow any further is storage_full and leaves nothing behind', () => {
    // A limit on the size of files is the one kind of full disk that needs no rights; the shell sets it.
    const program = `
      import { openStorage } from ${JSON.stringify(new URL('../../../server/storage/open.js', import.meta.url).href)};
      process.on('SIGXFSZ', () => {});
      const storage = openStorage(${JSON.stringify(pathToFileURL(root).href)}, Buffer.alloc(32));
      const content = (async function* () { for (let i = 0; i < 40; i++) yield Buffer.alloc(100_000); })();
      await storage.put('a/b', content).catch((error) => console.log(error.code, error.kind, error.message));
      await storage.put('a/c', (async function* () { yield Buffer.alloc(1000); })());
    `;
    const command = `ulimit -f 1000 && exec "$0" --input-type=module -e "$1"`;
    const told = execFileSync('bash', ['-c', command, process.execPath, program], { encoding: 'utf8' });
    expect(told).to.match(/^storage_full transient There is no room left in /);
    expect(filesBelow(root)).to.deep.equal(['a/c']);
  });

  it('a folder that cannot be written is storage_failed, not full', async () => {
    if (process.getuid?.() === 0) {
      // Root may write everywhere, so a file stands in the folder's way instead.
      mkdirSync(root, { recursive: true });
      writeFileSync(join(root, 'a'), '');
    } else {
      mkdirSync(root, { recursive: true, mode: 0o500 });
      chmodSync(root, 0o500);
    }
    await fails(storage.put('a/b', inPieces(Buffer.from('abc'), 10)), 'storage_failed');
  });

  it('S3 is refused in clear words', () => {
    expect(() => openStorage('s3://bucket/prefix', storageKey)).to.throw(AppError, /STORAGE_URL/);
  });
});

async function* inPieces(content: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

async function* inReusedMemory(content: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(pieceBytes);
  for (let at = 0; at < content.length; at += pieceBytes) {
    const length = content.copy(memory, 0, at, at + pieceBytes);
    yield memory.subarray(0, length);
    memory.fill(0xee);
  }
}

async function readAll(storage: Storage, key: string, range?: { start: number; end: number }): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of await storage.read(key, range)) parts.push(bytes);
  return Buffer.concat(parts);
}

async function fails(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  try {
    await promise;
  } catch (error) {
    expect(AppError.from(error).code).to.equal(code);
    return;
  }
  throw new Error(`did not fail, although ${code} was expected`);
}

function flipped(file: Buffer, at: number): Buffer {
  file[at] = (file[at] ?? 0) ^ 1;
  return file;
}

function exchanged(file: Buffer): Buffer {
  const body = file.subarray(24);
  const first = body.subarray(0, sealedChunk);
  const second = body.subarray(sealedChunk, 2 * sealedChunk);
  return Buffer.concat([file.subarray(0, 24), second, first, body.subarray(2 * sealedChunk)]);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
