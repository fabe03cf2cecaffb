import { expect } from 'chai';
import { type ReportConfig, reportSchema } from '../../../shared/report.ts';
import { widgetModule } from '../source.ts';

const { missingInReport, newReport, reportDraftOf, reportOf, wrongInReport } =
  await widgetModule<typeof import('../../../widget/report/draft.ts')>('report/draft.ts');

const renamed = { column: 'final_score', header: 'Points' };

describe('the configuration of a report', () => {
  it('begins as a report of the server does, or with the columns and the format that were chosen last', () => {
    expect(reportOf(newReport())).to.deep.equal({ ...reportSchema.parse({}), file_format: 'csv' });
    const preferences = { report_columns: ['agent_name', renamed], report_file_format: 'parquet' as const };
    expect(newReport(preferences)).to.deep.include({ columns: preferences.report_columns, fileFormat: 'parquet' });
  });

  it('shows a saved report as it was made, and gives back what it was given', () => {
    const reports: ReportConfig[] = [
      { date_range: 'last_month', columns: ['agent_name', renamed] },
      { date_range: { from: '2026-11-01', to: '2026-11-30' }, columns: [renamed], file_format: 'xlsx' },
      { date_range: 'today', columns: ['final_score'], quality_profile: 'Basics', saved_filter: 'North', bom: true },
    ];
    for (const report of reports) {
      expect(reportOf(reportDraftOf(report))).to.deep.equal(report);
      expect(reportSchema.parse(report)).to.deep.equal(report);
    }
  });

  it('leaves a byte order mark to CSV', () => {
    const draft = { ...newReport(), bom: true };
    expect(reportOf(draft)).to.have.property('bom', true);
    expect(reportOf({ ...draft, fileFormat: 'xlsx' })).not.to.have.property('bom');
    expect(reportOf({ ...draft, fileFormat: undefined })).to.have.property('bom', true);
  });

  it('takes headings without the spaces around them, and none of spaces alone', () => {
    const columns = [
      { column: 'final_score', header: ' Points ' },
      { column: 'agent_name', header: '  ' },
    ];
    expect(reportOf({ ...newReport(), columns }).columns).to.deep.equal([renamed, 'agent_name']);
  });

  it('says what is missing at its field, and agrees with the server about it', () => {
    const wrong = {
      columns: { columns: [] },
      'columns.1': { columns: [renamed, { column: 'max_score', header: ' Points' }] },
      'columns.2': { columns: ['agent_name', 'final_score', { column: 'max_score', header: 'final_score' }] },
      'date_range.from': { range: { from: '', to: '2026-11-30' } },
      'date_range.to': { range: { from: '2026-11-02', to: '2026-11-01' } },
    };
    for (const [field, change] of Object.entries(wrong)) {
      const draft = { ...newReport(), ...change };
      expect(Object.keys(missingInReport(draft))).to.deep.equal([field]);
      const [issue] = reportSchema.safeParse(reportOf(draft)).error?.issues ?? [];
      expect(issue, field).not.to.equal(undefined);
    }
    expect(missingInReport(newReport())).to.deep.equal({});
  });

  it('says nothing of a day that is still being typed', () => {
    const draft = { ...newReport(), range: { from: '2026-11-02', to: '' } };
    expect(wrongInReport(draft)).to.deep.equal({});
    expect(missingInReport(draft)).to.have.property('date_range.to');
    expect(wrongInReport({ ...draft, range: { from: '2026-11-02', to: '2026-11-01' } })).to.have.property(
      'date_range.to',
    );
  });
});
