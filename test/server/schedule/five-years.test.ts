import { expect } from 'chai';
import { Temporal } from 'temporal-polyfill';
import { earliestDue } from '../../../db/queries/jobs.ts';
import { fireDueJobs, planJobs } from '../../../server/schedule/fire.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addJob, executionsOf } from '../jobs/jobs.ts';
import { type Calendar, calendarInstants, elapsedInstants, type Span, transitionsOf } from './temporal-times.ts';

const span: Span = { from: Temporal.PlainDate.from('2026-01-01'), until: Temporal.PlainDate.from('2031-01-01') };
const limits = { start_date: '2026-01-01', end_date: '2030-12-31', overlap: 'queue' };

/** For each zone the daily and the weekly time: such as its clock skips or shows twice, where it does that at all. */
const zones: Record<string, string[]> = {
  'Asia/Kolkata': ['02:30'],
  'Europe/Paris': ['02:30', '02:00'],
  'America/New_York': ['02:30', '01:30'],
  'Australia/Lord_Howe': ['02:15', '01:45'],
  'Africa/Casablanca': ['02:30', '03:00'],
};

/** A schedule, and what it means in Temporal's words. */
interface Case {
  schedule: Record<string, unknown>;
  expected(zone: string): string[];
}

const everyDay = () => true;
const isLastOfMonth = (day: Temporal.PlainDate) => day.day === day.daysInMonth;

function casesOf(times: string[]): Case[] {
  const [at = '', other = at] = times;
  return [
    calendar({ frequency: 'daily', at }, { isDue: everyDay, times: [at] }),
    calendar(
      { frequency: 'weekly', days: ['sunday', 'wednesday'], at: other },
      { isDue: ({ dayOfWeek }) => dayOfWeek === 7 || dayOfWeek === 3, times: [other] },
    ),
    calendar({ frequency: 'monthly', day: 31, at }, { isDue: isLastOfMonth, times: [at] }),
    calendar({ frequency: 'monthly', day: 'last', at: '00:00' }, { isDue: isLastOfMonth, times: ['00:00'] }),
    calendar(
      { frequency: 'monthly', day: 29, at },
      { isDue: ({ day, daysInMonth }) => day === Math.min(29, daysInMonth), times: [at] },
    ),
    calendar(
      { frequency: 'cron', expression: '*/30 2 * * sun' },
      { isDue: ({ dayOfWeek }) => dayOfWeek === 7, times: ['02:00', '02:30'] },
    ),
    calendar(
      { frequency: 'cron', expression: '15 2 13,L * FRI' },
      { isDue: (day) => day.day === 13 || isLastOfMonth(day) || day.dayOfWeek === 5, times: ['02:15'] },
    ),
    calendar(
      { frequency: 'cron', expression: '45 1 29 feb *' },
      { isDue: ({ month, day }) => month === 2 && day === 29, times: ['01:45'] },
    ),
    {
      schedule: { frequency: 'every', minutes: 1440, ...limits },
      expected: (zone) => elapsedInstants(1440, zone, span),
    },
  ];
}

function calendar(schedule: Record<string, unknown>, meaning: Calendar): Case {
  return { schedule: { ...schedule, ...limits }, expected: (zone) => calendarInstants(meaning, zone, span) };
}

/** One-time jobs at the first minute, the middle and the end of what each change of the clock skips or repeats. */
function oneTimeCases(zone: string): Case[] {
  return transitionsOf(zone, span).flatMap((change) => {
    const before = change.subtract({ seconds: 1 }).toPlainDateTime().add({ seconds: 1 });
    const after = change.toPlainDateTime();
    const [low, high] = Temporal.PlainDateTime.compare(before, after) < 0 ? [before, after] : [after, before];
    const middle = low.add({ minutes: Math.floor(low.until(high).total('minutes') / 2) });
    return [low, middle, high].map((wall) => ({
      schedule: { frequency: 'one_time', at: wall.toString({ smallestUnit: 'minute' }), overlap: 'queue' },
      expected: () =>
        calendarInstants({ isDue: everyDay, times: [wall.toPlainTime().toString()] }, zone, {
          from: wall.toPlainDate(),
          until: wall.toPlainDate().add({ days: 1 }),
        }),
    }));
  });
}

describe('five years under a controlled clock', () => {
  let services: Services;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  for (const [zone, times] of Object.entries(zones))
    it(`fires every due time exactly once in ${zone}, and no other, as temporal-polyfill has them`, async () => {
      const account = await testAccount(services, { timezone: zone });
      const cases = [...casesOf(times), ...oneTimeCases(zone)];
      const jobs: number[] = [];
      for (const { schedule } of cases) jobs.push(await addJob(services, { accountId: account.id, schedule }));
      await runClock(services, account.id);
      for (const [index, { schedule, expected }] of cases.entries()) {
        const executions = await executionsOf(services, jobs[index] ?? 0);
        const label = `${zone} ${JSON.stringify(schedule)}`;
        expect(executions.map(({ due_at }) => due_at.toISOString()).sort(), label).to.deep.equal(expected(zone));
        expect(new Set(executions.map(({ trigger_kind }) => trigger_kind)), label).to.deep.equal(new Set(['schedule']));
      }
    });

  it('meets every change of these clocks, half hours and Ramadan among them', () => {
    const changes = Object.keys(zones).map((zone) => transitionsOf(zone, span).length);
    expect(changes).to.deep.equal([0, 10, 10, 10, 11]);
  });
});

/** The clock jumps to whatever is due next, as the scheduler's alarm does. */
async function runClock(services: Services, accountId: number): Promise<void> {
  const { pool } = services.database;
  await planJobs(services, new Date('2025-12-31T00:00:00Z'));
  for (let due = await earliestDue(pool); due; due = await earliestDue(pool)) await fireDueJobs(services, due);
  await pool.query('UPDATE job SET is_enabled = FALSE WHERE account_id = ?', [accountId]);
}
