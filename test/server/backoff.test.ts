import { expect } from 'chai';
import { backoffMs, pauseAfter, pausesWhileAway, spreadMs } from '../../server/backoff.ts';

describe('backoff', () => {
  it('doubles from the first wait to the longest, however many failures there were', () => {
    expect([0, 1, 2, 3, 4].map((failures) => backoffMs(failures, 500, 3_000))).to.deep.equal([
      500, 1_000, 2_000, 3_000, 3_000,
    ]);
    expect(backoffMs(5_000, 500, 3_000)).to.equal(3_000);
  });

  it('waits two minutes and more for another system, never much longer than a minute at once', () => {
    const pausesMs = pausesWhileAway({});
    const pauses = pausesMs.map((_, failures) => pauseAfter(failures + 1, pausesMs) ?? 0);
    expect(pauses.reduce((sum, pauseMs) => sum + pauseMs)).to.be.at.least(120_000);
    expect(Math.max(...pauses)).to.be.at.most(75_000);
    expect(pauses[0]).to.be.at.most(1_250);
    expect(pauseAfter(pausesMs.length + 1, pausesMs)).to.equal(undefined);
  });

  it('keeps somebody who waits for the end half a minute at most', () => {
    const pausesMs = pausesWhileAway({ isAwaited: true });
    expect(pausesMs.length).to.be.at.least(2);
    expect(pausesMs.reduce((sum, pauseMs) => sum + pauseMs)).to.be.at.most(30_000);
  });

  it('is spread between its shares', () => {
    expect([0, 0.5, 1].map((chance) => spreadMs(1_000, [0.5, 1.5], () => chance))).to.deep.equal([500, 1_000, 1_500]);
  });
});
