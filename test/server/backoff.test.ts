import { expect } from 'chai';
import { backoffMs, spreadMs } from '../../server/backoff.ts';

describe('backoff', () => {
  it('doubles from the first wait to the longest, however many failures there were', () => {
    expect([0, 1, 2, 3, 4].map((failures) => backoffMs(failures, 500, 3_000))).to.deep.equal([
      500, 1_000, 2_000, 3_000, 3_000,
    ]);
    expect(backoffMs(5_000, 500, 3_000)).to.equal(3_000);
  });

  it('grows by another factor where one is given', () => {
    expect([0, 1, 2].map((failures) => backoffMs(failures, 100, 10_000, 3))).to.deep.equal([100, 300, 900]);
  });

  it('is spread between its shares', () => {
    expect([0, 0.5, 1].map((chance) => spreadMs(1_000, [0.5, 1.5], () => chance))).to.deep.equal([500, 1_000, 1_500]);
  });
});
