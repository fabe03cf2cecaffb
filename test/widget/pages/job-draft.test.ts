import { expect } from 'chai';
import { jobSchema, scheduleSchema } from '../../../shared/job.ts';
import type { Frequency } from '../../../widget/pages/job-draft.ts';
import { widgetModule } from '../source.ts';

const { draftOfJob, draftWithChanges, hasSettableSchedule, jobOf, missingInJob, newDraft, wrongInSchedule } =
  await widgetModule<typeof import('../../../widget/pages/job-draft.ts')>('pages/job-draft.ts');

const filled = { ...newDraft('Asia/Kolkata', '2026-11-21'), name: 'nightly', connectors: ['calls'] };
const frequencies: Frequency[] = ['one_time', 'daily', 'weekly', 'monthly', 'every', 'cron'];

describe('the job dialog', () => {
  it("makes a job that the server's schema takes, for every frequency and type", () => {
    for (const frequency of frequencies)
      for (const type of ['data_import', 'data_export'] as const) {
        const draft = { ...filled, frequency, type, startDate: '2026-12-01', endDate: '2026-12-31', neverEnds: false };
        expect(missingInJob(draft)).to.deep.equal({});
        expect(jobSchema.safeParse(jobOf(draft)).error).to.equal(undefined);
      }
  });

  it('shows a saved job as it was typed', () => {
    for (const frequency of frequencies) {
      const report = { ...filled.report, profile: 'Basics', columns: ['final_score'] };
      const draft = { ...filled, frequency, type: 'data_export' as const, report };
      const saved = {
        ...jobSchema.parse(jobOf(draft)),
        report: jobSchema.parse(jobOf(draft)).report ?? null,
        alerts: null,
      };
      if (!hasSettableSchedule(saved)) throw new Error(`${frequency} cannot be set`);
      expect(jobOf(draftOfJob(saved, 'UTC', '2026-11-21'))).to.deep.equal(jobOf(draft));
    }
  });

  it('leaves a schedule as it is where nothing of it was changed, its zone the account’s and its seconds among it', () => {
    const job = { name: 'nightly', type: 'data_import' as const, connectors: ['calls'], is_enabled: true };
    for (const given of [{ frequency: 'daily' }, { frequency: 'one_time', at: '2027-01-31T02:30:15' }]) {
      const schedule = scheduleSchema.parse(given);
      const saved = { ...job, schedule, report: null, alerts: null };
      if (!hasSettableSchedule(saved)) throw new Error('it cannot be set');
      const draft = draftOfJob(saved, 'Asia/Kolkata', '2026-11-21');
      expect(draft.timezone).to.equal('Asia/Kolkata');
      expect(jobOf({ ...draft, name: 'every night' }).schedule).to.deep.equal(schedule);
      expect(jobOf({ ...draft, timezone: 'Europe/Paris' }).schedule.timezone).to.equal('Europe/Paris');
    }
  });

  it('takes up what others saved and keeps what was changed in it, of the report and the alerts as well', () => {
    const now = {
      ...filled,
      at: '05:00',
      report: { ...filled.report, profile: 'Basics' },
      alerts: { ...filled.alerts, recovery: false },
    };
    const mine = {
      ...filled,
      name: 'every night',
      report: { ...filled.report, columns: ['status'] },
      alerts: { ...filled.alerts, emails: 'ada@acme.example' },
    };
    expect(draftWithChanges(now, mine, filled)).to.deep.equal({
      ...now,
      name: 'every night',
      report: { ...filled.report, profile: 'Basics', columns: ['status'] },
      alerts: { ...filled.alerts, recovery: false, emails: 'ada@acme.example' },
    });
  });

  it('keeps whom its alerts are told to, and shows no secret', () => {
    const job = { ...jobSchema.parse(jobOf(filled)), report: null };
    if (!hasSettableSchedule(job)) throw new Error('it cannot be set');
    const reopened = (alerts: Parameters<typeof draftOfJob>[0]['alerts']) =>
      jobOf(draftOfJob({ ...job, alerts }, 'UTC', '2026-11-21')).alerts;
    expect(reopened(null)).to.equal(undefined);
    expect(reopened('off')).to.equal('off');
    const own = { kinds: ['run_failed' as const], recovery: false, emails: ['ada@example.test', 'bob@example.test'] };
    const webhook = { url: 'https://hooks.example.test/cqa', has_secret: true };
    expect(reopened({ ...own, webhook })).to.deep.equal({ ...own, webhook: { url: webhook.url } });
  });

  it('opens for no job that runs all the time: only the product makes those', () => {
    expect(hasSettableSchedule({ schedule: scheduleSchema.parse({ frequency: 'continuous' }) })).to.equal(false);
    expect(hasSettableSchedule({ schedule: scheduleSchema.parse({ frequency: 'daily' }) })).to.equal(true);
  });

  it('gives a report to exports alone', () => {
    expect(jobOf(filled)).not.to.have.property('report');
    expect(jobOf({ ...filled, type: 'data_export' })).to.have.property('report');
  });

  it('proposes as one time the next one in the zone, never one that is over', () => {
    const proposed = (now: string, zone = 'Asia/Kolkata') => newDraft(zone, now).once;
    expect(proposed('2026-11-20T20:59:59Z')).to.equal('2026-11-21T02:30');
    expect(proposed('2026-11-20T21:00:00Z')).to.equal('2026-11-22T02:30');
    expect(proposed('2026-11-21T12:00:00Z')).to.equal('2026-11-22T02:30');
    expect(proposed('2026-12-31T23:00:00Z', 'America/New_York')).to.equal('2027-01-01T02:30');
  });

  it('says what is missing at its field', () => {
    const draft = newDraft('UTC', '2026-11-21');
    expect(Object.keys(missingInJob(draft))).to.deep.equal(['name', 'connectors']);
    expect(missingInJob({ ...filled, frequency: 'weekly', days: [] })).to.have.property('schedule.days');
    expect(missingInJob({ ...filled, frequency: 'every', minutes: undefined })).to.have.property('schedule.minutes');
    expect(missingInJob({ ...filled, frequency: 'one_time', once: '' })).to.have.property('schedule.at');
    expect(missingInJob({ ...filled, at: '' })).to.have.property('schedule.at');
    expect(missingInJob({ ...filled, neverEnds: false })).to.have.property('schedule.end_date');
    expect(missingInJob({ ...filled, frequency: 'cron', expression: ' ' })).to.have.property('schedule.expression');
    const report = { ...filled.report, columns: [] };
    expect(missingInJob({ ...filled, type: 'data_export', report })).to.have.property('report.columns');
    expect(missingInJob({ ...filled, type: 'data_import', report })).to.deep.equal({});
  });

  it('says as it is typed what cannot be, and nothing of what is not typed yet', () => {
    const backwards = { ...filled, startDate: '2026-12-02', endDate: '2026-12-01', neverEnds: false };
    expect(wrongInSchedule(backwards)).to.have.property('schedule.end_date');
    expect(wrongInSchedule({ ...backwards, neverEnds: true })).to.deep.equal({});
    expect(wrongInSchedule({ ...backwards, endDate: '' })).to.deep.equal({});
    for (const minutes of [0, 1441, 1.5, -5])
      expect(wrongInSchedule({ ...filled, frequency: 'every', minutes })).to.have.property('schedule.minutes');
    for (const minutes of [1, 1440, undefined])
      expect(wrongInSchedule({ ...filled, frequency: 'every', minutes })).to.deep.equal({});
  });
});
