import { expect } from 'chai';
import { listDueTimes, nextDue } from '../../../server/schedule/schedule.ts';
import { AppError } from '../../../shared/error.ts';
import { scheduleSchema } from '../../../shared/job.ts';

const cron = (expression: string, timezone = 'UTC') =>
  scheduleSchema.parse({ frequency: 'cron', expression, timezone });
const series = (expression: string, after: string, count: number, timezone = 'UTC') =>
  [...listDueTimes(cron(expression, timezone), 'UTC', new Date(after), count)].map((due) =>
    due.toISOString().slice(0, 16),
  );

function refusalOf(expression: string): AppError {
  try {
    nextDue(cron(expression), 'UTC', new Date());
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`"${expression}" was taken`);
}

describe('cron expressions', () => {
  it('take lists, ranges, steps and names in either case', () => {
    expect(series('0,30 9-10 * JAN mon-Fri', '2027-01-01T09:15:00Z', 4)).to.deep.equal([
      '2027-01-01T09:30',
      '2027-01-01T10:00',
      '2027-01-01T10:30',
      '2027-01-04T09:00',
    ]);
    expect(series('10-50/20 6 * * *', '2026-12-01T00:00:00Z', 4)).to.deep.equal([
      '2026-12-01T06:10',
      '2026-12-01T06:30',
      '2026-12-01T06:50',
      '2026-12-02T06:10',
    ]);
  });

  it('take Sunday as 0 and as 7, and items that overlap', () => {
    const sundays = ['2026-12-06T02:30', '2026-12-13T02:30'];
    for (const day of ['0', '7', 'sun', '0,7'])
      expect(series(`30 2 * * ${day}`, '2026-12-01T00:00:00Z', 2), day).to.deep.equal(sundays);
    expect(series('0 0 1-3,2-4 * *', '2026-12-01T00:00:00Z', 3)).to.deep.equal([
      '2026-12-02T00:00',
      '2026-12-03T00:00',
      '2026-12-04T00:00',
    ]);
  });

  it('take L as the last day of each month', () => {
    expect(series('0 6 L * *', '2028-01-15T00:00:00Z', 3)).to.deep.equal([
      '2028-01-31T06:00',
      '2028-02-29T06:00',
      '2028-03-31T06:00',
    ]);
  });

  it('leave out the months that have no such day, as cron does', () => {
    expect(series('0 0 31 * *', '2026-01-31T12:00:00Z', 2)).to.deep.equal(['2026-03-31T00:00', '2026-05-31T00:00']);
  });

  it('are due on either day where both day fields are given, on both where one begins with *', () => {
    expect(series('0 0 13 * fri', '2026-11-01T00:00:00Z', 3)).to.deep.equal([
      '2026-11-06T00:00',
      '2026-11-13T00:00',
      '2026-11-20T00:00',
    ]);
    expect(series('0 0 */2 * mon', '2026-11-01T00:00:00Z', 2)).to.deep.equal(['2026-11-09T00:00', '2026-11-23T00:00']);
  });

  it('know the macros', () => {
    expect(series('@hourly', '2026-12-01T00:30:00Z', 1)).to.deep.equal(['2026-12-01T01:00']);
    expect(series('@daily', '2026-12-01T00:30:00Z', 1)).to.deep.equal(['2026-12-02T00:00']);
    expect(series('@weekly', '2026-12-01T00:30:00Z', 1)).to.deep.equal(['2026-12-06T00:00']);
    expect(series('@monthly', '2026-12-01T00:30:00Z', 1)).to.deep.equal(['2027-01-01T00:00']);
    expect(series('@yearly', '2026-12-01T00:30:00Z', 2)).to.deep.equal(['2027-01-01T00:00', '2028-01-01T00:00']);
  });

  it('wait for a leap day however far it is, on one weekday too', () => {
    expect(series('0 0 29 2 *', '2096-03-01T00:00:00Z', 1)).to.deep.equal(['2104-02-29T00:00']);
    expect(series('0 0 29 2 */7', '2026-03-01T00:00:00Z', 2)).to.deep.equal(['2032-02-29T00:00', '2060-02-29T00:00']);
  });

  it('run once for all the times that a gap skips, and once for those shown twice', () => {
    expect(series('*/20 2 * * *', '2026-03-29T00:00:00Z', 2, 'Europe/Paris')).to.deep.equal([
      '2026-03-29T01:00',
      '2026-03-30T00:00',
    ]);
    expect(series('0 * * * *', '2026-10-24T23:30:00Z', 3, 'Europe/Paris')).to.deep.equal([
      '2026-10-25T00:00',
      '2026-10-25T02:00',
      '2026-10-25T03:00',
    ]);
  });

  const wrong: Record<string, RegExp> = {
    '': /at least|>=1|Too small/i,
    '* * * *': /4 fields; five are needed/,
    '0 30 2 * * *': /6 fields; five are needed.*Seconds/,
    '60 * * * *': /"60" cannot be the minute. It is 0 to 59/,
    '0 24 * * *': /"24" cannot be the hour/,
    '0 0 0 * *': /"0" cannot be the day of the month/,
    '0 0 * 13 *': /"13" cannot be the month/,
    '0 0 * * 8': /"8" cannot be the day of the week/,
    '0 0 * foo *': /"foo" cannot be the month/,
    '0 0 * * fri-mon': /"fri-mon" cannot be the day of the week/,
    '*/90 * * * *': /"\*\/90" cannot be the minute/,
    '*/0 * * * *': /"\*\/0" cannot be the minute/,
    '1,,2 * * * *': /"" cannot be the minute/,
    '5- * * * *': /"5-" cannot be the minute/,
    'H * * * *': /"h" cannot be the minute/,
    '? * * * *': /"\?" cannot be the minute/,
    '0 0 L-2 * *': /"l-2" cannot be the day of the month/,
    '0 0 * * 5L': /"5l" cannot be the day of the week/,
    '0 0 * * 1#2': /"1#2" cannot be the day of the week/,
    '0 0 31 feb,apr *': /no such day ever comes/,
    '@fortnightly': /"@fortnightly" is not one of @hourly/,
    '@secondly': /"@secondly" is not one of/,
  };
  for (const [expression, message] of Object.entries(wrong))
    it(`refuse "${expression}" and say what is wrong`, () => {
      if (expression === '') expect(() => cron(expression)).to.throw(message);
      else {
        expect(refusalOf(expression).message).to.match(message);
        expect(refusalOf(expression)).to.include({ code: 'invalid', field: 'schedule.expression' });
      }
    });
});
