import { expect } from 'chai';
import { isStillToCome } from '../../../../server/connectors/calls/late.ts';

describe('a recording that is not there', () => {
  it("may come until a day after the call's own, in the zone of its system", () => {
    const at = (time: string) => isStillToCome('2026-11-20', 'Asia/Kolkata', Date.parse(time));
    expect(at('2026-11-21T23:59:59+05:30')).to.equal(true);
    expect(at('2026-11-22T00:00:01+05:30')).to.equal(false);
  });

  it('may come where the day is not known', () => {
    expect(isStillToCome('calls.csv', 'Asia/Kolkata')).to.equal(true);
  });
});
