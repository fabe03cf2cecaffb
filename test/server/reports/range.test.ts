import { expect } from 'chai';
import { dayPeriod, periodOf } from '../../../server/reports/range.ts';
import type { DateRange } from '../../../shared/report.ts';

function texts(range: DateRange, zone: string, now: string): string[] {
  const { from, to } = periodOf(range, zone, new Date(now));
  return [from.toISOString(), to.toISOString()];
}

describe('a report’s date range', () => {
  it('means days of the account’s zone, not of UTC', () => {
    // 20:00 UTC is 01:30 of the next day in India.
    expect(texts('today', 'Asia/Kolkata', '2026-11-20T20:00:00Z')).to.deep.equal([
      '2026-11-20T18:30:00.000Z',
      '2026-11-21T18:30:00.000Z',
    ]);
    expect(texts('yesterday', 'Asia/Kolkata', '2026-11-20T20:00:00Z')[0]).to.equal('2026-11-19T18:30:00.000Z');
  });

  it('leaves no hour between two days, also where clocks go back over midnight', () => {
    for (const zone of ['America/Havana', 'Atlantic/Azores', 'America/Asuncion', 'Asia/Beirut', 'Australia/Lord_Howe'])
      for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2027, 0, 1); at += 86_400_000) {
        const text = new Date(at).toISOString().slice(0, 10);
        const next = new Date(at + 86_400_000).toISOString().slice(0, 10);
        expect(dayPeriod(text, zone, 'to').to, `${zone} ${text}`).to.deep.equal(dayPeriod(next, zone, 'from').from);
      }
    // 1:00 became 0:00: midnight came at 04:00 UTC, and again an hour later.
    expect(texts({ from: '2024-11-03', to: '2024-11-03' }, 'America/Havana', '2024-11-20T00:00:00Z')).to.deep.equal([
      '2024-11-03T04:00:00.000Z',
      '2024-11-04T05:00:00.000Z',
    ]);
    for (const now of ['2024-11-03T04:30:00Z', '2024-11-03T05:30:00Z'])
      expect(texts('today', 'America/Havana', now)[0], now).to.equal('2024-11-03T04:00:00.000Z');
  });

  it('counts seven and thirty whole days and today so far', () => {
    expect(texts('last_7_days', 'UTC', '2026-11-21T10:00:00Z')).to.deep.equal([
      '2026-11-14T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
    ]);
    expect(texts('last_30_days', 'UTC', '2026-11-21T10:00:00Z')[0]).to.equal('2026-10-22T00:00:00.000Z');
  });

  it('takes calendar months, also over the turn of the year', () => {
    expect(texts('this_month', 'UTC', '2026-12-31T23:59:59Z')).to.deep.equal([
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ]);
    expect(texts('last_month', 'UTC', '2027-01-01T00:00:00Z')).to.deep.equal([
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ]);
  });

  it('has 23 and 25 hours on the days when clocks change', () => {
    expect(texts({ from: '2026-03-29', to: '2026-03-29' }, 'Europe/Berlin', '2026-11-21T00:00:00Z')).to.deep.equal([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ]);
    expect(texts('today', 'Europe/Berlin', '2026-10-25T12:00:00Z')).to.deep.equal([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });

  it('begins at the first moment of a day whose midnight is skipped', () => {
    // Beirut's clocks went from 23:59:59 to 01:00 in the night to 2026-03-29.
    const { from } = dayPeriod('2026-03-29', 'Asia/Beirut', 'from');
    expect(from.toISOString()).to.equal('2026-03-28T22:00:00.000Z');
  });

  it('includes both days of a fixed range', () => {
    expect(texts({ from: '2026-11-01', to: '2026-11-20' }, 'Asia/Kolkata', '2026-11-21T00:00:00Z')).to.deep.equal([
      '2026-10-31T18:30:00.000Z',
      '2026-11-20T18:30:00.000Z',
    ]);
  });

  it('refuses a range that ends before it begins and a day that does not exist, at its field', () => {
    const now = '2026-11-21T00:00:00Z';
    expect(() => texts({ from: '2026-11-02', to: '2026-11-01' }, 'UTC', now)).to.throw('end (2026-11-01) before');
    expect(() => texts({ from: '2026-02-30', to: '2026-03-01' }, 'UTC', now))
      .to.throw('"2026-02-30" is no day')
      .with.property('field', 'date_range.from');
  });
});
