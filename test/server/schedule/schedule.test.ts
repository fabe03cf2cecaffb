import { expect } from 'chai';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { dueTimesOf, listDueTimes, nextDue } from '../../../server/schedule/schedule.ts';
import { type Schedule, scheduleSchema } from '../../../shared/job.ts';

const schedule = (fields: Record<string, unknown>): Schedule => scheduleSchema.parse(fields);
const due = (fields: Record<string, unknown>, after: string, zone = 'Asia/Kolkata') =>
  nextDue(schedule(fields), zone, new Date(after))?.toISOString() ?? null;
const series = (fields: Record<string, unknown>, after: string, count: number, zone = 'Asia/Kolkata') =>
  [...listDueTimes(schedule(fields), zone, new Date(after), count)].map((date) => date.toISOString());

describe('schedule', () => {
  it('is due at 02:30 in India where nothing else is said', () => {
    expect(due({ frequency: 'daily' }, '2026-12-01T00:00:00Z')).to.equal('2026-12-01T21:00:00.000Z');
  });

  it('is due strictly after the instant it is asked about', () => {
    expect(due({ frequency: 'daily' }, '2026-12-01T21:00:00Z')).to.equal('2026-12-02T21:00:00.000Z');
    expect(due({ frequency: 'daily' }, '2026-12-01T20:59:59.999Z')).to.equal('2026-12-01T21:00:00.000Z');
  });

  it('has its own zone before the account’s', () => {
    const paris = { frequency: 'daily', at: '06:00', timezone: 'Europe/Paris' };
    expect(due(paris, '2026-07-01T00:00:00Z')).to.equal('2026-07-01T04:00:00.000Z');
  });

  it('runs once when it is a one-time schedule, and never again', () => {
    const once = { frequency: 'one_time', at: '2026-12-24T18:00' };
    expect(due(once, '2026-01-01T00:00:00Z')).to.equal('2026-12-24T12:30:00.000Z');
    expect(due(once, '2026-12-24T12:30:00Z')).to.equal(null);
  });

  it('runs on the named days of the week', () => {
    const weekly = { frequency: 'weekly', days: ['monday', 'friday'], at: '09:00', timezone: 'UTC' };
    expect(series(weekly, '2026-11-30T09:00:00Z', 3)).to.deep.equal([
      '2026-12-04T09:00:00.000Z',
      '2026-12-07T09:00:00.000Z',
      '2026-12-11T09:00:00.000Z',
    ]);
  });

  for (const day of [31, 'last'] as const)
    it(`takes day ${day} as the last day of a shorter month`, () => {
      const monthly = { frequency: 'monthly', day, at: '00:00', timezone: 'UTC' };
      expect(series(monthly, '2028-01-01T00:00:00Z', 4).map((iso) => iso.slice(0, 10))).to.deep.equal([
        '2028-01-31',
        '2028-02-29',
        '2028-03-31',
        '2028-04-30',
      ]);
    });

  it('takes day 29 as the 28th in a February without one', () => {
    expect(due({ frequency: 'monthly', day: 29, timezone: 'UTC' }, '2027-02-01T00:00:00Z')).to.equal(
      '2027-02-28T02:30:00.000Z',
    );
  });

  it('includes the start date and the end date, judged in the schedule’s zone', () => {
    const bounded = { frequency: 'daily', at: '00:30', start_date: '2026-12-01', end_date: '2026-12-02' };
    expect(series(bounded, '2026-01-01T00:00:00Z', 9)).to.deep.equal([
      '2026-11-30T19:00:00.000Z',
      '2026-12-01T19:00:00.000Z',
    ]);
  });

  it('runs every N minutes of elapsed time, across a clock change too', () => {
    const every = { frequency: 'every', minutes: 45, timezone: 'Europe/Paris', start_date: '2026-03-29' };
    const times = series(every, '2026-01-01T00:00:00Z', 200).map(Date.parse);
    expect(new Date(times[0] ?? 0).toISOString()).to.equal('2026-03-28T23:00:00.000Z');
    expect(times.slice(1).every((time, index) => time - (times[index] ?? 0) === 45 * 60_000)).to.equal(true);
  });

  it('ends every N minutes with the end date', () => {
    const every = {
      frequency: 'every',
      minutes: 600,
      timezone: 'UTC',
      start_date: '2026-05-01',
      end_date: '2026-05-01',
    };
    expect(series(every, '2026-01-01T00:00:00Z', 9).map((iso) => iso.slice(11, 16))).to.deep.equal([
      '00:00',
      '10:00',
      '20:00',
    ]);
  });

  it('runs at the end of the gap where the clock skips its time', () => {
    const paris = { frequency: 'daily', at: '02:30', timezone: 'Europe/Paris' };
    expect(series(paris, '2026-03-28T12:00:00Z', 2)).to.deep.equal([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(due({ ...paris, timezone: 'Australia/Lord_Howe', at: '02:15' }, '2026-10-03T12:00:00Z')).to.equal(
      '2026-10-03T15:30:00.000Z',
    );
  });

  it('runs once, at the first, where the clock shows its time twice', () => {
    const paris = { frequency: 'daily', at: '02:30', timezone: 'Europe/Paris' };
    expect(series(paris, '2026-10-24T12:00:00Z', 2)).to.deep.equal([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('runs a day that a zone left out at the instant the next one began', () => {
    const apia = { frequency: 'daily', at: '02:30', timezone: 'Pacific/Apia' };
    expect(series(apia, '2011-12-29T13:00:00Z', 2)).to.deep.equal([
      '2011-12-30T10:00:00.000Z',
      '2011-12-30T12:30:00.000Z',
    ]);
  });

  const zones = [
    'Asia/Kolkata',
    'Europe/Paris',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Pacific/Chatham',
    'America/Sao_Paulo',
  ];
  // The others' days are in five-years.test.ts.
  for (const zone of ['Pacific/Chatham', 'America/Sao_Paulo'])
    it(`is due exactly once on each of five years’ days in ${zone}, whatever the clock does`, () => {
      for (const at of ['00:00', '02:00', '02:30']) expectOncePerDay(zone, at);
    });

  const anySchedule = fc.oneof(
    fc.record({ frequency: fc.constant('every'), minutes: fc.integer({ min: 1, max: 1440 }) }),
    fc.record({
      frequency: fc.constant('monthly'),
      day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant('last')),
      at: fc.constantFrom('00:00', '02:30', '23:59'),
    }),
    fc.record({
      frequency: fc.constant('cron'),
      expression: fc.constantFrom('*/7 * * * *', '30 1-3 * * sun', '0 0 L * *', '15 2 29 2 *', '@daily'),
    }),
  );

  it('never goes back nor stands still, whatever the schedule', () => {
    fc.assert(
      fc.property(anySchedule, fc.constantFrom(...zones), fc.integer({ min: 0, max: 2e12 }), (fields, zone, ms) => {
        const first = nextDue(schedule(fields), zone, new Date(ms));
        return first !== null && first.getTime() > ms;
      }),
      { numRuns: 300 },
    );
  });

  it('knows the last due time of any moment as the one that the next follows', () => {
    fc.assert(
      fc.property(anySchedule, fc.constantFrom(...zones), fc.integer({ min: 0, max: 2e12 }), (fields, zone, ms) => {
        const times = dueTimesOf(schedule(fields), zone);
        const last = times.latest(new Date(ms));
        const next = times.next(new Date(ms));
        expect(last?.getTime()).to.be.at.most(ms);
        expect(last && times.next(last)).to.deep.equal(next);
        expect(next && times.latest(next)).to.deep.equal(next);
      }),
      { numRuns: 300 },
    );
  });
});

/** Walks the calendar with luxon's own conversions, which are independent of the code under test. */
function expectOncePerDay(zone: string, at: string): void {
  const daily = schedule({ frequency: 'daily', at, timezone: zone });
  const start = DateTime.fromISO('2023-01-01T00:00', { zone });
  const end = start.plus({ years: 5 });
  let date = start;
  let after = start.minus({ milliseconds: 1 }).toJSDate();
  while (date < end) {
    const expected = wallInstant(date, at);
    const actual = nextDue(daily, 'UTC', after);
    expect(actual?.toISOString(), `${zone} ${date.toISODate()} ${at}`).to.equal(expected);
    after = actual ?? after;
    date = date.plus({ days: 1 }).startOf('day');
  }
}

function wallInstant(date: DateTime, at: string): string {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  const guess = date.set({ hour, minute });
  const shown = (instant: DateTime) => instant.toFormat('HH:mm') === at && instant.hasSame(date, 'day');
  if (!shown(guess)) return gapEnd(date, at);
  const possible = guess.getPossibleOffsets().map((instant) => instant.toMillis());
  return new Date(Math.min(...possible)).toISOString();
}

/** The first minute of the day whose clock shows a time later than `at`. */
function gapEnd(date: DateTime, at: string): string {
  let minute = date.startOf('day');
  while (minute.toFormat('HH:mm') < at) minute = minute.plus({ minutes: 1 });
  return new Date(minute.toMillis()).toISOString();
}
