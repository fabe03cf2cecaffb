import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { clock, dateInZone, dateTimeInZone, duration, exactInstant, fromNow, zoneName } =
  await widgetModule<typeof import('../../../widget/words/time.ts')>('words/time.ts');

const instant = '2026-11-21T21:00:05.000Z';

describe('times in words', () => {
  it("are those of the account's zone, not of this machine", () => {
    expect(dateTimeInZone(instant, 'Asia/Kolkata')).to.equal('22 Nov 2026, 02:30');
    expect(dateTimeInZone(instant, 'UTC')).to.equal('21 Nov 2026, 21:00');
    expect(dateInZone(instant, 'Asia/Kolkata')).to.equal('2026-11-22');
  });

  it('name the zone as it is at that instant, in summer and in winter', () => {
    expect(zoneName('2026-07-01T00:00:00Z', 'Europe/Berlin')).to.equal('GMT+2');
    expect(zoneName('2026-12-01T00:00:00Z', 'Europe/Berlin')).to.equal('GMT+1');
  });

  it('tell the exact instant with zone and UTC', () => {
    const exact = exactInstant(instant, 'Asia/Kolkata');
    expect(exact).to.contain('02:30:05');
    expect(exact).to.contain('Asia/Kolkata (GMT+5:30)');
    expect(exact).to.contain(instant);
  });

  it('never claim more distance than there is', () => {
    const now = '2026-11-21T12:00:00Z';
    expect(fromNow('2026-11-21T11:58:01Z', now)).to.equal('1 minute ago');
    expect(fromNow('2026-11-21T11:59:50Z', now)).to.equal('just now');
    expect(fromNow('2026-11-20T12:00:00Z', now)).to.equal('1 day ago');
    expect(fromNow('2026-11-21T15:00:00Z', now)).to.equal('in 3 hours');
    expect(fromNow('2026-11-21T12:00:30Z', now)).to.equal('in less than a minute');
  });

  it('say spans and places in a recording', () => {
    expect(duration(840)).to.equal('0.8 s');
    expect(duration(42_900)).to.equal('42 s');
    expect(duration(185_000)).to.equal('3 min 05 s');
    expect(duration(7_800_000)).to.equal('2 h 10 min');
    expect(clock(65.9)).to.equal('1:05');
    expect(clock(3725)).to.equal('1:02:05');
  });
});
