import { expect } from 'chai';
import { periodOf } from '../../../server/reports/range.ts';
import { namedRanges } from '../../../shared/report.ts';
import { widgetModule } from '../source.ts';

const { daysOf, periodInWords, rangeInWords, rowCountInWords } =
  await widgetModule<typeof import('../../../widget/words/report.ts')>('words/report.ts');
const { filterInWords } = await widgetModule<typeof import('../../../widget/words/filter.ts')>('words/filter.ts');
const { dateInZone } = await widgetModule<typeof import('../../../widget/words/time.ts')>('words/time.ts');

const preview = {
  warnings: [],
  ...{ header: ['id'], rows: [['1']], row_count: 1, counted: 'exact' as const, rows_found: true },
  period: { from: '2026-10-31T18:30:00.000Z', to: '2026-11-30T18:30:00.000Z', timezone: 'Asia/Kolkata' },
};

describe('the dates of a report in words', () => {
  it('are the days that the server takes, in every zone and over the ends of months and years', () => {
    const instants = ['2026-11-22T20:00:00Z', '2026-03-01T03:00:00Z', '2027-01-01T00:30:00Z', '2028-02-29T12:00:00Z'];
    for (const zone of ['Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Apia', 'Europe/Berlin'])
      for (const instant of instants)
        for (const range of namedRanges) {
          const { from, to } = periodOf(range, zone, new Date(instant));
          const days = { from: dateInZone(from, zone), to: dateInZone(to.getTime() - 1, zone) };
          expect(daysOf(range, dateInZone(instant, zone)), `${range} ${instant} ${zone}`).to.deep.equal(days);
        }
  });

  it('name the zone, and stay away while a day is missing', () => {
    expect(rangeInWords('yesterday', '2026-11-22', 'Asia/Kolkata')).to.equal(
      '21 Nov 2026 in Asia/Kolkata, if it runs today.',
    );
    expect(rangeInWords('last_7_days', '2026-11-22', 'UTC')).to.equal(
      '15 Nov 2026 to 22 Nov 2026 in UTC, if it runs today: the days before and today so far.',
    );
    expect(rangeInWords({ from: '2026-11-01', to: '2026-11-01' }, '2026-11-22', 'UTC')).to.equal('1 Nov 2026 in UTC.');
    expect(rangeInWords({ from: '2026-11-01', to: '' }, '2026-11-22', 'UTC')).to.equal('');
    expect(periodInWords(preview.period)).to.equal('1 Nov 2026 to 30 Nov 2026, whole days in Asia/Kolkata (GMT+5:30).');
  });
});

describe('the rows of a preview in words', () => {
  it('are exact, more than were counted, unknown, or none', () => {
    const words = (change: Partial<Parameters<typeof rowCountInWords>[0]>) => {
      const { count, about } = rowCountInWords({ ...preview, ...change });
      return `${count} ${about}`;
    };
    expect(words({})).to.equal('1 row. ');
    expect(words({ row_count: 1234 })).to.equal('1,234 rows. The first 1 of them:');
    expect(words({ row_count: 100_000, counted: 'at_least' })).to.match(/^More than 100,000 rows\./);
    expect(words({ row_count: null, counted: 'unknown' })).to.match(/counting them took too long/);
    expect(words({ rows: [], rows_found: false, row_count: 5 })).to.match(/were not found in time/);
    expect(words({ rows: [], row_count: 0 })).to.match(/^No rows match\./);
  });
});

describe('a saved filter in words', () => {
  const names = {
    profiles: [{ uid: 'p1', name: 'Basics' }],
    fields: [{ key: 'team_name', display_name: 'Team' }],
  };

  it('says all that it holds, by the names that people know', () => {
    expect(filterInWords({}, names)).to.deep.equal([]);
    const filter = {
      ...{ from: '2026-11-01', to: '2026-11-30', profile: 'p1', status: ['failed' as const, 'queued' as const] },
      ...{ min_percentage: 0, max_percentage: 40, min_score: 5, search: 'CALL-1' },
      metadata: { team_name: ['North', ''], other: ['x'] },
    };
    expect(filterInWords(filter, names)).to.deep.equal([
      'from 1 Nov 2026 until 30 Nov 2026',
      'quality profile Basics',
      'status Failed or Queued',
      'score 0 % to 40 %',
      'points at least 5',
      'Team “North” or empty',
      'other “x”',
      'external id “CALL-1” or beginning with it',
    ]);
    expect(filterInWords({ profile: 'gone' }, names)).to.deep.equal(['quality profile that is not there any more']);
  });
});
