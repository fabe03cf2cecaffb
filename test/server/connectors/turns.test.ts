import { expect } from 'chai';
import type { ByteStream } from '../../../server/byte-stream.ts';
import { Turns } from '../../../server/connectors/turns.ts';

describe('turns', () => {
  it('lets so many streams flow at once, and each ending lets the next one in', async () => {
    const turns = new Turns(2);
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
      for await (const _ of await turns.stream(opening)) await Promise.resolve();
    };
    const early = async () => {
      for await (const _ of await turns.stream(opening)) return;
    };
    const failing = async () => {
      await turns.stream(() => Promise.reject(new Error('no'))).catch(() => undefined);
    };
    await (await turns.stream(opening))[Symbol.asyncIterator]().return?.();
    // Nobody began to read, so only the turn has ended.
    open--;
    await Promise.all(Array.from({ length: 12 }, (_, i) => [whole, early, failing][i % 3]?.()));
    expect(most).to.equal(2);
    expect(open).to.equal(0);
  });
});
