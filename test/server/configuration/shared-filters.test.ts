import { expect } from 'chai';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { exportConfiguration } from '../../../server/configuration/export.ts';
import { createSavedFilter, listSavedFilters } from '../../../server/reports/saved-filters.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';

const yaml = `
quality_profiles:
  - name: Basics
    categories:
      - name: Conduct
        sub_categories:
          - name: Call
            kpis:
              - kpi_name: Greeting
                kpi_question: Greeting?
                input_type: "Yes/No"
                options: [{ label: "Yes", weightage: 10 }, { label: "No", weightage: 0 }]
                evaluator: { kind: manual }
connectors:
  - name: results
    direction: export
    type: sftp
    config: { host: sftp.example.com, username: cqa, credential: { type: ssh_key }, directory: /in }
saved_filters:
  - name: my team
    filter: { quality_profile: Basics, min_percentage: 50, status: [completed] }
jobs:
  - name: weekly
    type: data_export
    connectors: [results]
    schedule: { frequency: weekly, days: [monday], at: "06:00" }
    report:
      quality_profile: Basics
      date_range: last_7_days
      saved_filter: my team
      columns: [external_interaction_id, { column: final_score, header: Points }]
      file_format: xlsx
`;
const by = 'test';
const document = (text = yaml) => readConfiguration(text, {});

describe('saved filters of a configuration', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('are made with the report that names them, shared with everybody, and not a second time', async () => {
    const { id } = await testAccount(services);
    expect((await apply(services, id, document(), { by, dryRun: true })).created).to.include('saved filter my team');
    expect((await apply(services, id, document(), { by })).created).to.include('saved filter my team');
    expect((await apply(services, id, document(), { by })).unchanged).to.include('saved filter my team');
    const [filter, ...others] = await listSavedFilters(services, id, { id: 5, role: 'agent' });
    expect(others).to.deep.equal([]);
    expect(filter).to.deep.include({ name: 'my team', is_shared: true, owner: null, may_edit: false });
    const changed = document(yaml.replace('min_percentage: 50', 'min_percentage: 60'));
    expect((await apply(services, id, changed, { by })).updated).to.deep.equal(['saved filter my team']);
  });

  it('go out again as they came in, without those that are somebody’s own, and mean the same in another account', async () => {
    const { id } = await testAccount(services);
    await apply(services, id, document(), { by });
    const own = { name: 'own', is_shared: false, filter: { min_score: 1 } };
    await createSavedFilter(services, id, { id: 5, role: 'admin' }, own);
    const exported = await exportConfiguration(services, id);
    expect(exported).to.contain('my team').and.to.contain('Points').and.not.to.contain('name: own');
    const other = await testAccount(services);
    await apply(services, other.id, document(exported), { by });
    const filtersOf = (text: string) => text.slice(text.indexOf('saved_filters:'));
    expect(filtersOf(await exportConfiguration(services, other.id))).to.equal(filtersOf(exported));
  });

  it('that are missing, or name what is not there, are told before anything is written', async () => {
    const { id } = await testAccount(services);
    const refusalOf = (text: string) =>
      apply(services, id, document(text), { by }).then(
        () => undefined,
        (error) => error as { code: string; message: string; field?: string },
      );
    expect(await refusalOf(yaml.replace('saved_filter: my team', 'saved_filter: nobody'))).to.include({
      ...{ code: 'invalid', field: 'report.saved_filter' },
    });
    expect((await refusalOf(yaml.replace('name: my team', 'name: "my\\tteam"')))?.message).to.match(
      /^saved filter my\\u0009team: name: must be a name without control characters/,
    );
    expect(
      (await refusalOf(yaml.replace('{ quality_profile: Basics, min', '{ quality_profile: None, min')))?.message,
    ).to.match(/saved filter my team: There is no quality profile "None"/);
    expect((await refusalOf(yaml.replace('file_format: xlsx', 'file_format: doc')))?.code).to.equal('invalid');
    expect(await listSavedFilters(services, id, { id: 5, role: 'admin' })).to.deep.equal([]);
  });
});
