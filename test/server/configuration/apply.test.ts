import { expect } from 'chai';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { checkConfig } from '../../../server/configuration/check.ts';
import { findConnector, listConnectors, saveConnector } from '../../../server/configuration/connectors.ts';
import { exportConfiguration } from '../../../server/configuration/export.ts';
import { listJobs } from '../../../server/configuration/jobs.ts';
import { previewConfig } from '../../../server/configuration/preview.ts';
import { connectorRemoval, removeConnector } from '../../../server/configuration/removal.ts';
import { loadConnector } from '../../../server/connectors/load.ts';
import { listProfiles } from '../../../server/quality/profiles.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';

const yaml = `
connectors:
  - name: calls
    direction: import
    type: sftp
    config: { host: sftp.example.com, port: "\${TEST_PORT}", username: cqa, credential: { type: password, password: "\${TEST_PASSWORD}" }, directory: /out, file_format: csv }
  - name: results
    direction: export
    type: sftp
    config: { host: sftp.example.com, username: cqa, credential: { type: ssh_key }, directory: /in, file_format: csv }
quality_profiles:
  - name: Basics
    categories:
      - name: Conduct
        sub_categories:
          - name: Silence
            kpis:
              - kpi_name: No long dead air
                kpi_question: Is dead air below 20 %?
                input_type: "Yes/No"
                options: [{ label: "Yes", weightage: 10 }, { label: "No", weightage: 0 }]
                evaluator: { kind: acoustic, measure: dead_air_ratio, operator: LESS_THAN, value: 0.2 }
assignment_rules:
  - name: all voice
    filter_group: [[{ attribute: channel_type, operator: IS, value: VOICE }]]
    assign_quality_profiles: [Basics]
jobs:
  - name: nightly
    type: data_import
    connectors: [calls]
    schedule: { frequency: daily, at: "02:30", timezone: Asia/Kolkata }
  - name: weekly
    type: data_export
    connectors: [results]
    schedule: { frequency: weekly, days: [monday], at: "06:00" }
    report: { quality_profile: Basics, date_range: last_7_days }
`;
const environment = { TEST_PORT: '2022', TEST_PASSWORD: 'sesame' };
const by = 'test';

describe('applying a configuration', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  async function applied() {
    const account = await testAccount(services);
    await apply(services, account.id, readConfiguration(yaml, environment), { by });
    return account;
  }

  const refusalOf = (text: string, variables: NodeJS.ProcessEnv = environment) =>
    testAccount(services)
      .then(({ id }) => apply(services, id, readConfiguration(text, variables), { by }))
      .then(
        () => Promise.reject(new Error('it was accepted')),
        (error) => error as AppError,
      );

  it('makes what is missing, and nothing the second time', async () => {
    const { id } = await testAccount(services);
    const document = readConfiguration(yaml, environment);
    expect((await apply(services, id, document, { by })).created).to.have.length(6);
    const again = await apply(services, id, document, { by });
    expect(again).to.deep.include({ created: [], updated: [] });
    expect(again.unchanged).to.have.length(6);
  });

  it('says what it would do, and does not, with --dry-run', async () => {
    const { id } = await testAccount(services);
    expect(
      (await apply(services, id, readConfiguration(yaml, environment), { by, dryRun: true })).created,
    ).to.have.length(6);
    expect(await listConnectors(services, id)).to.have.length(0);
  });

  it('updates what changed, and a profile gets a new version', async () => {
    const { id } = await applied();
    const changed = yaml.replace('directory: /out', 'directory: /elsewhere').replace('value: 0.2', 'value: 0.3');
    expect((await apply(services, id, readConfiguration(changed, environment), { by })).updated).to.deep.equal([
      'quality profile Basics',
      'connector calls',
    ]);
    expect(await listProfiles(services, id)).to.have.nested.property('[0].version', 2);
  });

  it('writes nothing at all when one entry is wrong, and names the entry and its field', async () => {
    const { id } = await testAccount(services);
    const wrong = yaml.replace('at: "06:00"', 'at: "6 o\'clock"');
    const refusal = await apply(services, id, readConfiguration(wrong, environment), { by }).catch((error) => error);
    expect(refusal.message).to.match(/job weekly: schedule\.at: must be a time of day/);
    expect(await listConnectors(services, id)).to.have.length(0);
  });

  it('writes nothing either when a job names a connector that nobody makes', async () => {
    const { id } = await testAccount(services);
    const wrong = yaml.replace('connectors: [results]', 'connectors: [nowhere]');
    const refusal = await apply(services, id, readConfiguration(wrong, environment), { by }).catch((error) => error);
    expect(refusal.message).to.include('"nowhere"');
    expect(await listConnectors(services, id)).to.have.length(0);
  });

  it('tells of a variable that is not set, of a profile and of a connector that are not there', async () => {
    expect((await refusalOf(yaml, { TEST_PORT: '22' })).message).to.include('TEST_PASSWORD');
    expect(
      (await refusalOf(yaml.replace('assign_quality_profiles: [Basics]', 'assign_quality_profiles: [Other]'))).message,
    ).to.include('"Other"');
    expect((await refusalOf(yaml.replace('connectors: [results]', 'connectors: [calls]'))).message).to.include(
      'export',
    );
    expect(await refusalOf('connectors: [')).to.be.instanceOf(AppError);
  });

  it('tells of a report’s profile that is not there, also before anything is made', async () => {
    const missing = yaml.replace('quality_profile: Basics, date', 'quality_profile: Other, date');
    const refusal = await refusalOf(missing);
    expect(refusal.message).to.match(/^job weekly: There is no quality profile "Other"/);
    expect(refusal.field).to.equal('report.quality_profile');
  });

  it('tells of a name that is none, printed so that it can be read', async () => {
    for (const [name, words] of [
      ['name: calls', /connector ca\\u0007lls: name: must be a name without control characters/],
      ['name: nightly', /job ca\\u0007lls: name: must be a name without control characters/],
    ] as const) {
      const refusal = await refusalOf(yaml.replace(name, 'name: "ca\\alls"'));
      expect(refusal.message).to.match(words);
    }
    expect((await refusalOf(yaml.replace('name: nightly', 'name: "  "'))).message).to.match(/more than spaces/);
  });

  it('says what is wrong in plain words, and which fields there are', async () => {
    const wrongs: [string, string, string][] = [
      ['days: [monday]', 'days: []', 'job weekly: schedule.days: must have at least one entry.'],
      [
        'frequency: weekly, days: [monday], at: "06:00"',
        'frequency: hourly',
        'job weekly: schedule.frequency: must be one of one_time, daily, weekly, monthly, every, cron.',
      ],
      [
        'jobs:',
        'conectors: []\njobs:',
        '"conectors" is not known here; did you mean "connectors"? Known are connectors, quality_profiles, assignment_rules, metadata_fields, saved_filters, jobs, alerts.',
      ],
      ['directory: /out', 'directory: [1]', 'connector calls: config.directory: must be text.'],
    ];
    for (const [right, wrong, words] of wrongs) {
      const refusal = await refusalOf(yaml.replace(right, wrong));
      expect(refusal.message).to.equal(words);
    }
  });

  it('takes the formats of reports for export connectors, and tells an import which it can have', async () => {
    const results = (format: string) =>
      yaml.replace('directory: /in, file_format: csv', `directory: /in, file_format: ${format}`);
    for (const format of ['xlsx', 'jsonl', 'parquet', 'ndjson']) {
      const { id } = await testAccount(services);
      await apply(services, id, readConfiguration(results(format), environment), { by });
      expect((await findConnector(services, id, 'results')).config).to.include({ file_format: format });
    }
    const calls = (format: string) =>
      yaml.replace('directory: /out, file_format: csv', `directory: /out, file_format: ${format}`);
    const words = async (format: string) => (await refusalOf(calls(format))).message;
    expect(await words('xlsx')).to.match(/connector calls: .*format xlsx are not imported.* csv or ndjson/);
    expect(await words('jsonl')).to.match(/Choose ndjson, which takes \.jsonl files/);
    expect(await words('doc')).to.match(/connector calls: config\.file_format/);
  });

  it('keeps secrets sealed: not in the table, not in the view, opened for the worker alone', async () => {
    const { id } = await applied();
    const [rows] = await services.database.pool.query(
      'SELECT config, sealed_secrets FROM connector WHERE account_id = ?',
      [id],
    );
    expect(JSON.stringify(rows)).to.not.include('sesame');
    const connector = await findConnector(services, id, 'calls');
    expect(JSON.stringify(connector)).to.not.include('sesame');
    expect(connector.kept_secrets).to.deep.equal(['credential.password']);
    const loaded = await loadConnector(services.database, services.keyring, id, connector.id);
    expect(loaded.config).to.have.nested.property('credential.password', 'sesame');
  });

  it('keeps a secret that an update leaves out', async () => {
    const { id } = await applied();
    const { uid, config } = await findConnector(services, id, 'calls');
    await saveConnector(
      services,
      id,
      { name: 'calls', direction: 'import', type: 'sftp', config: { ...config, directory: '/new' } },
      { by, uid },
    );
    const connector = await findConnector(services, id, 'calls');
    const loaded = await loadConnector(services.database, services.keyring, id, connector.id);
    expect(loaded.config).to.deep.include({ directory: '/new' });
    expect(loaded.config).to.have.nested.property('credential.password', 'sesame');
  });

  it('sends no kept secret to an address that it was not typed for, neither saved nor tried', async () => {
    const { id } = await applied();
    const { uid, config } = await findConnector(services, id, 'calls');
    const moved = { type: 'sftp', direction: 'import', config: { ...config, host: 'elsewhere.example.com' } };
    const attempts = [
      () => saveConnector(services, id, { name: 'calls', ...moved }, { by, uid }),
      () => checkConfig(services, id, { ...moved, uid }),
      () => previewConfig(services, id, { ...moved, uid }),
    ];
    for (const attempt of attempts) {
      const error = await attempt().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(AppError).with.property('field', 'config.credential.password');
    }
    const typed = { ...moved.config, credential: { type: 'password', password: 'new' } };
    await saveConnector(services, id, { name: 'calls', ...moved, config: typed }, { by, uid });
  });

  it('tries no other type with the secrets of a connector', async () => {
    const { id } = await applied();
    const { uid } = await findConnector(services, id, 'calls');
    const other = { type: 'exolite', direction: 'import', config: {}, uid };
    for (const attempt of [checkConfig, previewConfig]) {
      const error = await attempt(services, id, other).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(AppError).with.property('code', 'conflict');
    }
  });

  it('lets a secret go when another kind of credential is chosen, and back again', async () => {
    const { id } = await applied();
    const { uid, config } = await findConnector(services, id, 'calls');
    const save = (credential: object) =>
      saveConnector(
        services,
        id,
        { name: 'calls', direction: 'import', type: 'sftp', config: { ...config, credential } },
        { by, uid },
      );
    await save({ type: 'ssh_key' });
    const { kept_secrets, public_side } = await findConnector(services, id, 'calls');
    expect(kept_secrets).to.deep.equal(['credential.private_key']);
    expect(public_side.public_key).to.match(/^ssh-ed25519 /);
    await save({ type: 'password', password: 'new' });
    expect((await findConnector(services, id, 'calls')).kept_secrets).to.deep.equal(['credential.password']);
  });

  it('makes a key pair once and shows its public half', async () => {
    const { id } = await applied();
    const { public_side } = await findConnector(services, id, 'results');
    expect(public_side.public_key).to.match(/^ssh-ed25519 /);
    await apply(services, id, readConfiguration(yaml, environment), { by });
    expect((await findConnector(services, id, 'results')).public_side).to.deep.equal(public_side);
  });

  it('round-trips through the export, secrets left out', async () => {
    const { id } = await applied();
    const text = await exportConfiguration(services, id);
    expect(text).to.not.include('sesame');
    const again = await apply(services, id, readConfiguration(text, {}), { by });
    expect(again).to.deep.include({ created: [], updated: [] });
  });

  it('deletes a connector with the jobs that had no other, and says so before', async () => {
    const { id } = await applied();
    const { uid } = await findConnector(services, id, 'calls');
    expect(await connectorRemoval(services, id, uid)).to.deep.equal({
      jobs: ['nightly'],
      waiting_recordings: 0,
      executions: 0,
    });
    await removeConnector(services, id, uid);
    expect((await listJobs(services, id)).map((job) => job.name)).to.deep.equal(['weekly']);
    const made = await apply(services, id, readConfiguration(yaml, environment), { by });
    expect(made.created).to.deep.equal(['connector calls', 'job nightly']);
  });

  it('does not find what belongs to another account', async () => {
    const { id } = await applied();
    const other = await testAccount(services);
    const { uid } = await findConnector(services, id, 'calls');
    const refusal = await removeConnector(services, other.id, uid).catch((error) => error);
    expect(refusal).to.be.instanceOf(AppError).with.property('code', 'not_found');
    expect(await listJobs(services, id)).to.have.nested.property('[0].connectors[0]', 'calls');
  });
});
