import { randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { ByteStream } from '../../../server/byte-stream.ts';
import { gathered } from '../../../server/storage/gather.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { chunkBytes } from '../../../server/storage/sealed.ts';
import { scratchFolder } from '../../harness/folders.ts';

async function* pieces(...list: Uint8Array[]): ByteStream & AsyncGenerator<Uint8Array> {
  yield* list;
}

describe('what an upload hands to storage', () => {
  const openHere = () => openStorage(pathToFileURL(scratchFolder('gather')).href, randomBytes(32));

  for (const length of [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes])
    it(`is the same ${length} bytes, whatever pieces they came in`, async () => {
      const content = randomBytes(length);
      const storage = openHere();
      const parts = Array.from({ length: 7 }, (_, i) => content.subarray((i * length) / 7, ((i + 1) * length) / 7));
      await storage.put('a/b', gathered(pieces(...parts)));
      const read: Buffer[] = [];
      for await (const bytes of await storage.read('a/b')) read.push(Buffer.from(bytes));
      expect(Buffer.concat(read).equals(content)).to.equal(true);
    });

  it('keeps nobody waiting while many other uploads have come to a halt', async () => {
    const storage = openHere();
    const { promise: goOn, release } = gate();
    const halting = Array.from({ length: 40 }, (_, i) =>
      storage.put(
        `slow/${i}`,
        gathered(
          (async function* () {
            yield randomBytes(chunkBytes + 5000);
            await goOn;
            yield randomBytes(10);
          })(),
        ),
      ),
    );
    expect((await storage.put('fast/1', gathered(pieces(randomBytes(1_000_000))))).byteSize).to.equal(1_000_000);
    release();
    expect((await Promise.all(halting)).map(({ byteSize }) => byteSize)).to.deep.equal(
      Array.from({ length: 40 }, () => chunkBytes + 5010),
    );
  });
});

function gate(): { promise: Promise<void>; release(): void } {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}
