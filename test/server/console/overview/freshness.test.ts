import { expect } from 'chai';
import type { ConnectorFreshness } from '../../../../db/queries/overview-freshness.ts';
import { type Freshness, freshnessOf } from '../../../../server/console/overview/freshness.ts';
import type { ExecutionStatus } from '../../../../shared/execution.ts';

const now = new Date('2026-11-21T10:00:00Z');
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const ran = (status: ExecutionStatus) => ({ executionId: 'x', status, at: inMinutes(-60), lastDataAt: null });

const fine: ConnectorFreshness = {
  ...{ id: 1, uid: 'u', name: 'Calls', direction: 'import', isEnabled: true },
  ...{ lastRun: ran('success'), isRunning: false, outcome: 'success' },
  ...{ enabledJobs: 1, nextDueAt: inMinutes(60), missesData: false },
};

describe('whether a connector is late', () => {
  const cases: [string, Partial<ConnectorFreshness>, Freshness][] = [
    ['its newest run went well and the next is to come', {}, 'on_time'],
    [
      'a run without an end is under way, whatever else is wrong',
      { lastRun: ran('processing'), isRunning: true, missesData: true },
      'running',
    ],
    ['its time has passed and nothing ran', { nextDueAt: inMinutes(-3) }, 'late'],
    ['its time has just come', { nextDueAt: inMinutes(-1) }, 'on_time'],
    ['a file that it expects has not come', { missesData: true }, 'late'],
    ['its newest run failed', { outcome: 'handler_failed' }, 'failing'],
    ['nothing of its newest report was taken', { outcome: 'delivery_failed' }, 'failing'],
    ['part of its newest run went well', { outcome: 'partial_success' }, 'partly'],
    ['it has not run yet', { lastRun: undefined, outcome: undefined }, 'not_yet'],
    ['the next was skipped while one goes on', { lastRun: ran('cancelled'), isRunning: true }, 'running'],
    ['the run before a cancelled one failed', { lastRun: ran('cancelled'), outcome: 'handler_failed' }, 'failing'],
    ['it runs when something comes and has no times', { nextDueAt: null }, 'on_time'],
    ['no enabled job uses it', { enabledJobs: 0, nextDueAt: null }, 'no_job'],
    ['it is disabled', { isEnabled: false, missesData: true }, 'paused'],
  ];
  for (const [what, facts, state] of cases)
    it(`is told: ${what}`, () => {
      expect(freshnessOf({ ...fine, ...facts }, now)).to.equal(state);
    });
});
