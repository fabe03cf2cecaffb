import { expect } from 'chai';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { zoneClock, zonedTime } from '../../../server/reports/zoned-time.ts';

describe('an instant in a zone', () => {
  it('is written with the zone’s offset, and milliseconds only where there are some', () => {
    expect(zonedTime('Asia/Kolkata')(new Date('2026-11-03T09:15:00Z'))).to.equal('2026-11-03T14:45:00+05:30');
    expect(zonedTime('America/St_Johns')(new Date('2026-11-03T01:00:00.120Z'))).to.equal(
      '2026-11-02T21:30:00.120-03:30',
    );
    expect(zonedTime('UTC')(new Date('2026-11-03T09:15:00Z'))).to.equal('2026-11-03T09:15:00+00:00');
  });

  it('has no seconds in an offset: those of old times are rounded, and it is the same instant', () => {
    const at = new Date('1880-06-01T12:00:00Z');
    const text = zonedTime('America/New_York')(at);
    expect(text).to.match(/-04:56$/);
    expect(new Date(text)).to.deep.equal(at);
  });

  it('is to the second on the clocks of old times', () => {
    const shown = (zone: string, at: string) => new Date(zoneClock(zone)(new Date(at))).toISOString();
    expect(shown('Asia/Kolkata', '1905-05-04T18:38:50Z')).to.equal('1905-05-05T00:00:00.000Z');
    expect(shown('Africa/Monrovia', '1960-01-05T00:44:30Z')).to.equal('1960-01-05T00:00:00.000Z');
  });

  it('follows the change of clocks', () => {
    const berlin = zonedTime('Europe/Berlin');
    expect(berlin(new Date('2026-10-25T00:59:59Z'))).to.equal('2026-10-25T02:59:59+02:00');
    expect(berlin(new Date('2026-10-25T01:00:00Z'))).to.equal('2026-10-25T02:00:00+01:00');
  });

  it('agrees with luxon in every zone at every instant', () => {
    const zones = ['Asia/Kathmandu', 'Australia/Lord_Howe', 'America/New_York', 'Pacific/Apia', 'Africa/Casablanca'];
    const writers = new Map(zones.map((zone) => [zone, zonedTime(zone)]));
    const instant = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
        const whole = new Date(Math.floor(at.getTime() / 1000) * 1000);
        const expected = DateTime.fromJSDate(whole, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ssZZ");
        expect(writers.get(zone)?.(whole)).to.equal(expected);
      }),
    );
  });
});
