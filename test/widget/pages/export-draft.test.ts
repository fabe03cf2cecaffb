import { expect } from 'chai';
import { widgetModule } from '../source.ts';

const { exportOf, missingInExport, pathInExport } =
  await widgetModule<typeof import('../../../widget/pages/export-draft.ts')>('pages/export-draft.ts');

const uid = '018f2c6e-0000-7000-8000-0123456789ab';
const profiles = [{ uid, name: 'Basics', version: 1 }];
const today = '2026-11-22';
const made = (filter: Parameters<typeof exportOf>[0]) => exportOf(filter, profiles, {}, today);

describe('the report that the Analysis List leads to', () => {
  it('has the days of the list as its dates, and the rest of the filter beside it', () => {
    const { draft, rest } = made({ from: '2026-11-01', to: '2026-11-05', status: ['failed'], metadata: { a: ['1'] } });
    expect(draft.range).to.deep.equal({ from: '2026-11-01', to: '2026-11-05' });
    expect(rest).to.deep.equal({ status: ['failed'], metadata: { a: ['1'] } });
  });

  it('fills in the day that the list does not name', () => {
    expect(made({ from: '2026-11-01' }).draft.range).to.deep.equal({ from: '2026-11-01', to: today });
    expect(made({ from: '2027-01-01' }).draft.range).to.deep.equal({ from: '2027-01-01', to: '2027-01-01' });
    expect(made({ to: '2026-11-05' }).draft.range).to.deep.equal({ from: '2000-01-01', to: '2026-11-05' });
    expect(made({ search: 'x' }).draft.range).to.deep.equal({ from: '2000-01-01', to: today });
  });

  it('takes the quality profile by its name; one that is gone goes along by its id', () => {
    expect(made({ profile: uid.toUpperCase() }))
      .to.deep.include({ rest: {} })
      .and.nested.include({ 'draft.profile': 'Basics' });
    const gone = '018f2c6e-0000-7000-8000-000000000000';
    expect(made({ profile: gone })).to.deep.include({ rest: { profile: gone } });
  });

  it('begins with the columns and the format chosen last', () => {
    const chosen = { report_columns: ['final_score'], report_file_format: 'xlsx' as const };
    expect(exportOf({}, profiles, chosen, today).draft).to.deep.include({
      columns: ['final_score'],
      fileFormat: 'xlsx',
    });
  });

  it('says at its field what is missing or refused', () => {
    const { draft: report } = made({});
    const empty = { name: ' ', report: { ...report, columns: [] }, connectors: [], emailMe: false };
    const missing = missingInExport(empty, 'Nowhere.');
    expect(Object.keys(missing)).to.have.members(['name', 'connectors', 'report.columns']);
    expect(missing.connectors).to.equal('Nowhere.');
    expect(missingInExport({ ...empty, name: 'x', report, emailMe: true }, '')).to.deep.equal({});
    expect(['email_me', 'saved_filter', 'report.columns.0', 'filter.min_score'].map(pathInExport)).to.deep.equal([
      'email_me',
      'report.saved_filter',
      'report.columns.0',
      'filter.min_score',
    ]);
  });
});
