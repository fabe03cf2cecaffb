import { expect } from 'chai';
import { noteOfDue } from '../../../server/jobs/due-note.ts';
import { listDueTimes } from '../../../server/schedule/schedule.ts';
import { scheduleSchema } from '../../../shared/job.ts';

/** The notes of the next due times, each after the time on the zone's own wall clock. */
function notes(input: Record<string, unknown>, timezone: string, after: string, count: number): string[] {
  const schedule = scheduleSchema.parse({ ...input, timezone });
  const wall = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone: timezone });
  return [...listDueTimes(schedule, 'UTC', new Date(after), count)].map(
    (due) => `${wall.format(due)} ${noteOfDue(schedule, 'UTC', due) ?? '–'}`,
  );
}

describe('what is said of a due time', () => {
  const daily = { frequency: 'daily', at: '02:30' };

  it('is nothing where the clocks never change', () => {
    expect(notes(daily, 'Asia/Kolkata', '2027-03-27T00:00:00Z', 2)).to.deep.equal([
      '2027-03-28 02:30 –',
      '2027-03-29 02:30 –',
    ]);
  });

  it('is that the clocks skip it, and when it runs instead', () => {
    expect(notes(daily, 'Europe/Paris', '2027-03-27T12:00:00Z', 2)).to.deep.equal([
      '2027-03-28 03:00 The clocks skip 02:30 that day, so it runs when they go on, at 03:00.',
      '2027-03-29 02:30 –',
    ]);
    expect(notes({ ...daily, at: '02:15' }, 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 1)).to.deep.equal([
      '2026-10-04 02:30 The clocks skip 02:15 that day, so it runs when they go on, at 02:30.',
    ]);
  });

  it('is that the clocks show it twice', () => {
    expect(notes(daily, 'Europe/Paris', '2026-10-24T00:00:00Z', 3)).to.deep.equal([
      '2026-10-24 02:30 –',
      '2026-10-25 02:30 The clocks show 02:30 twice that day; it runs once, at the first.',
      '2026-10-26 02:30 –',
    ]);
    expect(notes({ ...daily, at: '01:45' }, 'Australia/Lord_Howe', '2027-04-03T00:00:00Z', 1)).to.deep.equal([
      '2027-04-04 01:45 The clocks show 01:45 twice that day; it runs once, at the first.',
    ]);
  });

  it('tells the times that one run stands for, and nothing of a run that was due then anyway', () => {
    const cron = (expression: string) =>
      notes({ frequency: 'cron', expression }, 'America/New_York', '2027-03-14T06:59:00Z', 1);
    expect(cron('15,45 2 * * *')).to.deep.equal([
      '2027-03-14 03:00 The clocks skip 02:15 to 02:45 that day, so it runs when they go on, at 03:00.',
    ]);
    expect(cron('0 * * * *')).to.deep.equal(['2027-03-14 03:00 –']);
  });

  it('is that the month is too short, and how long it is', () => {
    const monthly = { frequency: 'monthly', day: 31, at: '06:00' };
    expect(notes(monthly, 'Asia/Kolkata', '2027-01-01T00:00:00Z', 4)).to.deep.equal([
      '2027-01-31 06:00 –',
      '2027-02-28 06:00 February has 28 days, so it runs on the last.',
      '2027-03-31 06:00 –',
      '2027-04-30 06:00 April has 30 days, so it runs on the last.',
    ]);
    expect(notes({ ...monthly, day: 'last' }, 'Asia/Kolkata', '2027-02-01T00:00:00Z', 1)).to.deep.equal([
      '2027-02-28 06:00 –',
    ]);
  });

  it('is nothing for what counts elapsed time', () => {
    expect(notes({ frequency: 'every', minutes: 60 }, 'Europe/Paris', '2027-03-28T00:30:00Z', 1)).to.deep.equal([
      '2027-03-28 03:00 –',
    ]);
  });
});
