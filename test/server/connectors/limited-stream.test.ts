import { expect } from 'chai';
import type { ByteStream } from '../../../server/byte-stream.ts';
import { limitedStream } from '../../../server/connectors/limited-stream.ts';
import { Semaphore } from '../../../server/semaphore.ts';

describe('limitedStream', () => {
  it('lets so many streams flow at once, and each ending lets the next one in', async () => {
    const semaphore = new Semaphore(2);
    let open = 0;
    let most = 0;
    const opening = async (): Promise<ByteStream> => {
      most = Math.max(most, ++open);
      return (async function* () {
        try {
          yield new Uint8Array(1);
          yield new Uint8Array(1);
        } finally {
          open--;
        }
      })();
    };
    const whole = async () => {
      for await (const _ of await limitedStream(semaphore, opening)) await Promise.resolve();
    };
    const early = async () => {
      for await (const _ of await limitedStream(semaphore, opening)) return;
    };
    const failing = async () => {
      await limitedStream(semaphore, () => Promise.reject(new Error('no'))).catch(() => undefined);
    };
    await (await limitedStream(semaphore, opening))[Symbol.asyncIterator]().return?.();
    // Nobody began to read, so only the permit is released.
    open--;
    await Promise.all(Array.from({ length: 12 }, (_, i) => [whole, early, failing][i % 3]?.()));
    expect(most).to.equal(2);
    expect(open).to.equal(0);
  });
});
