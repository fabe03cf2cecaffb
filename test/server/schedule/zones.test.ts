import { expect } from 'chai';
import { Temporal } from 'temporal-polyfill';
import { listDueTimes } from '../../../server/schedule/schedule.ts';
import { scheduleSchema } from '../../../shared/job.ts';
import { type Calendar, calendarInstants, type Span, transitionsOf } from './temporal-times.ts';

const day = (text: string) => Temporal.PlainDate.from(text);
const quarters = ['00', '15', '30', '45'];
const everyQuarter: Calendar = {
  isDue: () => true,
  times: Array.from({ length: 24 }, (_, hour) =>
    quarters.map((minute) => `${String(hour).padStart(2, '0')}:${minute}`),
  ).flat(),
};

/** What the product says within the span, as ISO instants. */
function told(fields: Record<string, unknown>, zone: string, { from, until }: Span): string[] {
  const schedule = scheduleSchema.parse({
    ...fields,
    timezone: zone,
    start_date: from.toString(),
    end_date: until.subtract({ days: 1 }).toString(),
  });
  return [...listDueTimes(schedule, 'UTC', new Date(0), 200_000)].map((due) => due.toISOString());
}

/** Zones whose rules were changed by governments: abolished, brought back, moved, or a day left out. */
const changed: Record<string, Span> = {
  'America/Sao_Paulo': { from: day('2017-01-01'), until: day('2021-01-01') },
  'America/Mexico_City': { from: day('2021-01-01'), until: day('2024-01-01') },
  'Asia/Amman': { from: day('2021-01-01'), until: day('2024-01-01') },
  'Asia/Tehran': { from: day('2021-01-01'), until: day('2024-01-01') },
  'Africa/Cairo': { from: day('2022-01-01'), until: day('2025-01-01') },
  'Europe/Istanbul': { from: day('2015-01-01'), until: day('2018-01-01') },
  'Asia/Pyongyang': { from: day('2015-01-01'), until: day('2019-01-01') },
  'Pacific/Apia': { from: day('2011-01-01'), until: day('2013-01-01') },
  'America/Caracas': { from: day('2007-01-01'), until: day('2017-01-01') },
};

describe('due times in zones whose rules change', () => {
  for (const [zone, span] of Object.entries(changed))
    it(`are those of temporal-polyfill in ${zone}, ${span.from.year} to ${span.until.year}`, () => {
      expect(transitionsOf(zone, span)).to.not.deep.equal([]);
      for (const time of ['00:00', '02:30', '23:45'])
        expect(told({ frequency: 'daily', at: time }, zone, span), time).to.deep.equal(
          calendarInstants({ isDue: () => true, times: [time] }, zone, span),
        );
    });

  const five: Span = { from: day('2026-01-01'), until: day('2031-01-01') };
  for (const zone of ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'])
    it(`of each quarter of an hour are told once around every change of the clock in ${zone}`, () => {
      for (const change of transitionsOf(zone, five)) {
        const from = change.toPlainDate().subtract({ days: 1 });
        const span = { from, until: from.add({ days: 3 }) };
        expect(told({ frequency: 'cron', expression: '*/15 * * * *' }, zone, span), change.toString()).to.deep.equal(
          calendarInstants(everyQuarter, zone, span),
        );
      }
    });
});

describe('due times in every zone there is', () => {
  const years: Span = { from: day('2026-01-01'), until: day('2028-01-01') };
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => transitionsOf(zone, years).length > 0);
  const halfHours: Calendar = { isDue: () => true, times: everyQuarter.times.filter((time) => /:[03]0$/.test(time)) };

  it('are those of temporal-polyfill around each change of its clock, at midnight and across it too', () => {
    expect(zones).to.include.members(['Asia/Beirut', 'America/Havana', 'Atlantic/Azores', 'America/Godthab']);
    for (const zone of zones)
      for (const change of transitionsOf(zone, years)) {
        const from = change.toPlainDate().subtract({ days: 1 });
        const span = { from, until: from.add({ days: 3 }) };
        expect(told({ frequency: 'cron', expression: '*/30 * * * *' }, zone, span), `${change}`).to.deep.equal(
          calendarInstants(halfHours, zone, span),
        );
      }
  });
});

describe('clocks that are set by half an hour, and for Ramadan', () => {
  const around = (expression: string, zone: string, date: string) =>
    told({ frequency: 'cron', expression }, zone, { from: day(date), until: day(date).add({ days: 1 }) });

  it('run once at the end of the half hour that Lord Howe skips', () => {
    expect(around('*/15 2 * * *', 'Australia/Lord_Howe', '2026-10-04')).to.deep.equal([
      '2026-10-03T15:30:00.000Z',
      '2026-10-03T15:45:00.000Z',
    ]);
  });

  it('run once, at the first, in the half hour that Lord Howe shows twice', () => {
    expect(around('*/15 1 * * *', 'Australia/Lord_Howe', '2026-04-05')).to.deep.equal([
      '2026-04-04T14:00:00.000Z',
      '2026-04-04T14:15:00.000Z',
      '2026-04-04T14:30:00.000Z',
      '2026-04-04T14:45:00.000Z',
    ]);
  });

  it('run once on the days on which Morocco sets its clocks back before Ramadan and forward after it', () => {
    expect(around('30 2 * * *', 'Africa/Casablanca', '2026-02-15')).to.deep.equal(['2026-02-15T01:30:00.000Z']);
    expect(around('30 2 * * *', 'Africa/Casablanca', '2026-03-22')).to.deep.equal(['2026-03-22T02:00:00.000Z']);
  });
});

describe('dates of a schedule', () => {
  const refused = (fields: Record<string, unknown>) =>
    scheduleSchema.safeParse(fields).error?.issues[0]?.path.join('.');

  it('are days that the calendar has', () => {
    expect(refused({ frequency: 'one_time', at: '2027-02-29T02:30' })).to.equal('at');
    expect(refused({ frequency: 'daily', start_date: '2026-02-30' })).to.equal('start_date');
    expect(refused({ frequency: 'daily', end_date: '2026-13-01' })).to.equal('end_date');
    expect(refused({ frequency: 'daily', start_date: '2028-02-29', end_date: 'never' })).to.equal(undefined);
  });

  it('end no earlier than they begin', () => {
    expect(refused({ frequency: 'daily', start_date: '2026-12-02', end_date: '2026-12-01' })).to.equal('end_date');
    expect(refused({ frequency: 'daily', start_date: '2026-12-01', end_date: '2026-12-01' })).to.equal(undefined);
  });
});
