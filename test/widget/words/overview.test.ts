import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { atMost, calendarDay, shortDay, whatToDo } =
  await widgetModule<typeof import('../../../widget/words/overview.ts')>('words/overview.ts');

type Failed = Parameters<typeof whatToDo>[0];

const failed: Failed = {
  type: 'data_import',
  status: 'handler_failed',
  kind: 'config',
  works_again: false,
  job: { is_enabled: true, next_due_at: '2026-11-22T02:30:00.000Z' },
  items_failed: 0,
  rows_rejected: 0,
};

describe('what is to be done about a failure', () => {
  const cases: [string, Partial<Failed>, RegExp][] = [
    ['somebody has to change something', {}, /^Change what is named here/],
    ['it passes by itself', { kind: 'transient' }, /next time/],
    [
      'it passes, and the job has no next time',
      { kind: 'transient', job: { is_enabled: true, next_due_at: null } },
      /^Retry it/,
    ],
    ['it is our fault', { kind: 'system' }, /trace id/],
    ['items of it failed', { status: 'partial_success', kind: null, items_failed: 1200 }, /which 1,200 items failed/],
    [
      'rows of it were rejected',
      { status: 'partial_success', kind: null, rows_rejected: 1 },
      /the 1 rejected row and replay it/,
    ],
    ['the job is disabled', { job: { is_enabled: false, next_due_at: null } }, /enable it/],
    ['the job was deleted', { job: null }, /deleted/],
    ['it works again', { works_again: true }, /Nothing is to be done/],
    [
      'later reports went well, this one may not have come',
      { works_again: true, type: 'data_export' },
      /retry it if not/,
    ],
    ['it works again, but items of it failed', { works_again: true, items_failed: 2 }, /still missing/],
  ];
  for (const [what, facts, words] of cases)
    it(`is said: ${what}`, () => {
      expect(whatToDo({ ...failed, ...facts })).to.match(words);
    });
});

describe('figures and days of the overview', () => {
  it('say that there may be more than was counted', () => {
    expect(atMost(9_999, 10_000)).to.equal('9,999');
    expect(atMost(10_000, 10_000)).to.equal('10,000+');
  });

  it('are the calendar’s days wherever the browser stands', () => {
    expect(calendarDay('2026-11-21')).to.equal('Sat 21 Nov');
    expect(shortDay('2026-11-01')).to.equal('1 Nov');
  });
});
