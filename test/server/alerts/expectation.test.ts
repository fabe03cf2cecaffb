import { expect } from 'chai';
import { fitsName, latestExpectation, likePattern } from '../../../server/alerts/expectation.ts';
import { weekdays } from '../../../shared/job.ts';

const at = (text: string) => new Date(text);

describe('an expected file', () => {
  const daily = { name: 'calls-{yyyy}{MM}{dd}.csv', by: '06:00', days: [...weekdays] };

  it('has the name of the day on which it is due, by the clock of the zone', () => {
    const before = latestExpectation(daily, 'Asia/Kolkata', at('2026-11-20T00:29:00Z'));
    const after = latestExpectation(daily, 'Asia/Kolkata', at('2026-11-20T00:30:00Z'));
    expect(before?.name).to.equal('calls-20261119.csv');
    expect(after).to.deep.include({ name: 'calls-20261120.csv', day: '2026-11-20' });
    expect(after?.deadline).to.deep.equal(at('2026-11-20T00:30:00Z'));
    expect(after?.since).to.deep.equal(at('2026-11-19T00:30:00Z'));
  });

  it('is due on its days alone, since the one before', () => {
    const weekly = { ...daily, days: ['monday' as const] };
    const found = latestExpectation(weekly, 'UTC', at('2026-11-21T12:00:00Z'));
    expect(found?.deadline).to.deep.equal(at('2026-11-16T06:00:00Z'));
    expect(found?.since).to.deep.equal(at('2026-11-09T06:00:00Z'));
  });

  it('fits by its file name, whatever the folder and the case; only * stands for anything', () => {
    expect(fitsName('calls-*.csv', 'out/Calls-7.CSV')).to.equal(true);
    expect(fitsName('calls-*.csv', 'calls-.csv')).to.equal(true);
    expect(fitsName('calls-*.csv', 'calls-7.csv.gz')).to.equal(false);
    expect(fitsName('calls+(1).csv', 'calls+(1).csv')).to.equal(true);
    expect(fitsName('c.lls.csv', 'calls.csv')).to.equal(false);
    expect(fitsName('*a*b*.csv', 'xaxbx.csv')).to.equal(true);
    expect(fitsName('*b*a*.csv', 'xaxbx.csv')).to.equal(false);
    expect(fitsName('ab*ba', 'aba')).to.equal(false);
  });

  it('is compared without trying every way to part it, which would not end', () => {
    expect(fitsName(`${'*a'.repeat(20)}*b`, `${'a'.repeat(200)}.csv`)).to.equal(false);
  });

  it('is looked for by the same pattern in the database', () => {
    expect(likePattern('Calls_100%-*.csv')).to.equal('calls\\_100\\%-%.csv');
  });
});
