import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { openStorage } from '../../../server/storage/open.ts';
import { SealedReader } from '../../../server/storage/open-stream.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { fails, inPieces } from './content.ts';
import { filesBelow } from './stores.ts';

const storageKey = randomBytes(32);

describe('file storage on its disk', () => {
  let root: string;
  let storage: Storage;
  beforeEach(() => {
    root = join(scratchFolder('storage'), 'root');
    storage = openStorage(pathToFileURL(root).href, storageKey);
  });

  it('files are for the owner alone', async () => {
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    expect(statSync(join(root, 'a/b')).mode & 0o777).to.equal(0o600);
    for (const folder of [root, join(root, 'a')]) expect(statSync(folder).mode & 0o777, folder).to.equal(0o700);
  });

  it('removing the last file of a folder removes the folder; a put makes it again', async () => {
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    await storage.remove('a/b');
    expect(existsSync(join(root, 'a'))).to.equal(false);
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    expect(await storage.size('a/b')).to.equal(3);
  });

  it('what a killed program left is cleared after a day, and not before', async () => {
    mkdirSync(join(root, '.partial'), { recursive: true });
    for (const name of ['old', 'new']) writeFileSync(join(root, '.partial', name), 'x');
    utimesSync(join(root, '.partial/old'), new Date(0), new Date(0));
    await storage.put('a/b', inPieces(Buffer.from('abc'), 10));
    expect(readdirSync(join(root, '.partial'))).to.deep.equal(['new']);
  });

  it('a file that cannot be read any more on the way is storage_failed, which may pass', async () => {
    await storage.put('a/b', inPieces(randomBytes(500_000), 100_000));
    const handle = await open(join(root, 'a/b'));
    const reader = await SealedReader.open(handle, storageKey, 'a/b');
    // Its disk is gone.
    await handle.close();
    await fails(buffer(reader.stream(0, reader.contentBytes)), 'storage_failed');
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
});
