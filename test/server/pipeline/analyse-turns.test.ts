import { expect } from 'chai';
import { HearingTurns } from '../../../server/pipeline/analyse-turns.ts';

const never = new AbortController().signal;

describe('turns to measure recordings', () => {
  it('are four at once, in the order of coming', async () => {
    const turns = new HearingTurns();
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = Array.from({ length: 6 }, (_, i) =>
      turns.within(() => {
        begun.push(i);
        return new Promise<void>((resolve) => ends.push(resolve));
      }, never),
    );
    await new Promise(setImmediate);
    expect(begun).to.deep.equal([0, 1, 2, 3]);
    ends.shift()?.();
    await new Promise(setImmediate);
    expect(begun).to.deep.equal([0, 1, 2, 3, 4]);
    while (ends.length > 0) {
      ends.shift()?.();
      await new Promise(setImmediate);
    }
    await Promise.all(all);
  });

  it('let few interactions be held while there are recordings, so that others elsewhere get some', async () => {
    let now = 0;
    const turns = new HearingTurns(() => now);
    const many = turns.concurrency;
    await turns.within(async () => expect(turns.concurrency).to.be.below(many / 4), never);
    now += 1_000;
    expect(turns.concurrency).to.be.below(many / 4);
    now += 5_000;
    expect(turns.concurrency).to.equal(many);
  });

  it('end with what is measured, also where that fails or is not wanted any more', async () => {
    const turns = new HearingTurns();
    const aborted = AbortSignal.abort(new Error('stopped'));
    for (let i = 0; i < 10; i++) {
      const failed = await turns.within(() => Promise.reject(new Error('broken')), never).catch((error) => error);
      expect(failed.message).to.equal('broken');
      const stopped = await turns.within(() => Promise.resolve(), aborted).catch((error) => error);
      expect(stopped.message).to.equal('stopped');
    }
  });
});
