import { expect } from 'chai';
import { type Schedule, scheduleSchema } from '../../../shared/job.ts';
import { widgetModule } from '../source.ts';

const { dueInWords, scheduleInWords } =
  await widgetModule<typeof import('../../../widget/words/schedule.ts')>('words/schedule.ts');

function words(schedule: Partial<Schedule> & { frequency: Schedule['frequency'] }): string {
  return scheduleInWords(scheduleSchema.parse(schedule), 'Asia/Kolkata');
}

describe('a schedule in words', () => {
  it('names the rhythm, the time and the zone', () => {
    expect(words({ frequency: 'daily', at: '02:30' })).to.equal('Daily at 02:30 (Asia/Kolkata)');
    expect(
      words({ frequency: 'weekly', days: ['monday', 'wednesday', 'friday'], at: '06:00', timezone: 'Europe/Berlin' }),
    ).to.equal('Weekly on Monday, Wednesday and Friday at 06:00 (Europe/Berlin)');
    expect(words({ frequency: 'monthly', day: 31, at: '01:00' })).to.equal('Monthly on day 31 at 01:00 (Asia/Kolkata)');
    expect(words({ frequency: 'monthly', day: 'last', at: '01:00' })).to.contain('the last day');
    expect(words({ frequency: 'one_time', at: '2026-12-01T08:15' })).to.equal(
      'Once on 1 Dec 2026 at 08:15 (Asia/Kolkata)',
    );
  });

  it('names the day of the week of a due time, in the schedule’s zone', () => {
    expect(dueInWords('2026-11-29T21:00:00.000Z', 'Asia/Kolkata')).to.equal('Mon, 30 Nov 2026, 02:30');
    expect(dueInWords('2026-11-29T21:00:00.000Z', 'UTC')).to.equal('Sun, 29 Nov 2026, 21:00');
  });

  it('says minutes as people do', () => {
    expect(words({ frequency: 'every', minutes: 1 })).to.match(/^Every minute /);
    expect(words({ frequency: 'every', minutes: 15 })).to.match(/^Every 15 minutes /);
    expect(words({ frequency: 'every', minutes: 60 })).to.match(/^Every hour /);
    expect(words({ frequency: 'every', minutes: 120 })).to.match(/^Every 2 hours /);
  });

  it('shows a cron expression as it was written', () => {
    expect(words({ frequency: 'cron', expression: '30 2 * * mon-fri' })).to.equal(
      'By the cron expression 30 2 * * mon-fri (Asia/Kolkata)',
    );
  });

  it('has neither time nor zone where it never ends', () => {
    expect(words({ frequency: 'continuous' })).to.equal('Continuous');
  });

  it('names its first and last day, and no last day where it never ends', () => {
    const limited = words({ frequency: 'daily', start_date: '2026-12-01', end_date: '2026-12-31' });
    expect(limited).to.equal('Daily at 02:30 (Asia/Kolkata), from 1 Dec 2026, until 31 Dec 2026');
    expect(words({ frequency: 'daily', end_date: 'never' })).not.to.contain('until');
  });
});
