import { expect } from 'chai';
import { WallClock } from '../../../../server/connectors/calls/wall-clock.ts';

describe('times without a zone', () => {
  it('get the offset of their zone at that moment', () => {
    const india = new WallClock('Asia/Kolkata');
    expect(india.withOffset('2026-11-20 10:00:05')).to.equal('2026-11-20T10:00:05+05:30');
    expect(india.withOffset('2026-11-20T10:00')).to.equal('2026-11-20T10:00:00+05:30');
    const paris = new WallClock('Europe/Paris');
    expect(paris.withOffset('2026-07-01 10:00:00')).to.equal('2026-07-01T10:00:00+02:00');
    expect(paris.withOffset('2026-12-01 10:00:00')).to.equal('2026-12-01T10:00:00+01:00');
  });

  it('are not guessed from something else', () => {
    const clock = new WallClock('Asia/Kolkata');
    for (const text of ['', 'yesterday', '20/11/2026 10:00', '2026-13-40 10:00:00', '0000-00-00 00:00:00'])
      expect(clock.withOffset(text), text).to.equal(undefined);
  });

  it('are written as the zone shows them', () => {
    expect(new WallClock('Asia/Kolkata').textOf(new Date('2026-11-20T20:00:00Z'))).to.equal('2026-11-21 01:30:00');
  });
});
