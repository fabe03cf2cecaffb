import { expect } from 'chai';
import { jobSchema, scheduleSchema } from '../../../shared/job.ts';
import type { Frequency } from '../../../widget/pages/job-draft.ts';
import { widgetModule } from '../source.ts';

const { draftOfJob, hasSettableSchedule, jobOf, missingInJob, newDraft } =
  await widgetModule<typeof import('../../../widget/pages/job-draft.ts')>('pages/job-draft.ts');

const filled = { ...newDraft('Asia/Kolkata', '2026-11-21'), name: 'nightly', connectors: ['calls'] };
const frequencies: Frequency[] = ['one_time', 'daily', 'weekly', 'monthly', 'every'];

describe('the job dialog', () => {
  it("makes a job that the server's schema takes, for every frequency and type", () => {
    for (const frequency of frequencies)
      for (const type of ['data_import', 'data_export'] as const) {
        const draft = { ...filled, frequency, type, startDate: '2026-12-01', endDate: '2026-12-31' };
        expect(missingInJob(draft)).to.deep.equal({});
        expect(jobSchema.safeParse(jobOf(draft)).error).to.equal(undefined);
      }
  });

  it('shows a saved job as it was typed', () => {
    for (const frequency of frequencies) {
      const draft = { ...filled, frequency, type: 'data_export' as const, profile: 'Basics', columns: ['final_score'] };
      const saved = { ...jobSchema.parse(jobOf(draft)), report: jobSchema.parse(jobOf(draft)).report ?? null };
      if (!hasSettableSchedule(saved)) throw new Error(`${frequency} cannot be set`);
      expect(jobOf(draftOfJob(saved, 'UTC', '2026-11-21'))).to.deep.equal(jobOf(draft));
    }
  });

  it('opens for no job that runs all the time: only the product makes those', () => {
    expect(hasSettableSchedule({ schedule: scheduleSchema.parse({ frequency: 'continuous' }) })).to.equal(false);
    expect(hasSettableSchedule({ schedule: scheduleSchema.parse({ frequency: 'daily' }) })).to.equal(true);
  });

  it('gives a report to exports alone', () => {
    expect(jobOf(filled)).not.to.have.property('report');
    expect(jobOf({ ...filled, type: 'data_export' })).to.have.property('report');
  });

  it('says what is missing at its field', () => {
    const draft = newDraft('UTC', '2026-11-21');
    expect(Object.keys(missingInJob(draft))).to.deep.equal(['name', 'connectors']);
    expect(missingInJob({ ...filled, frequency: 'weekly', days: [] })).to.have.property('schedule.days');
    expect(missingInJob({ ...filled, frequency: 'every', minutes: undefined })).to.have.property('schedule.minutes');
    const backwards = { ...filled, startDate: '2026-12-02', endDate: '2026-12-01' };
    expect(missingInJob(backwards)).to.have.property('schedule.end_date');
    expect(missingInJob({ ...filled, type: 'data_export', columns: [] })).to.have.property('report.columns');
  });
});
