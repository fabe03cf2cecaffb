import { expect } from 'chai';
import type { Scope } from '../../../db/queries/scope.ts';
import { uuidText } from '../../../db/uuid.ts';
import { analyseHandler } from '../../../server/pipeline/analyse/analyse.ts';
import { showInteraction } from '../../../server/reports/interaction.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { claimed, seedInteraction, seedProfile, seedRecording, seedRule } from './seed.ts';

const admin: Scope = { role: 'admin', email: 'admin@example.test', teams: [], campaigns: [] };

describe('an interaction’s page', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
    accountId = (await testAccount(services)).id;
  });
  after(() => services.close());

  it('has recordings, measures with lanes, transcript, score cards and where it all came from', async () => {
    await seedProfile(services, accountId, 'Basics', {
      Greeting: { kind: 'phrase', any: ['thank you'], role: 'agent' },
    });
    await seedRule(services, accountId, { assign_quality_profiles: ['Basics'] });
    const { id, executionId } = await seedInteraction(services, accountId, {
      externalId: 'CALL-1001',
      transcriptText: '[00:01] Agent: Thank you for calling.\nCustomer: Hello.',
      metadata: { agent_name: 'Ben' },
    });
    await seedRecording(services, accountId, id, 'clean.wav');
    const work = await claimed(services, 'analyse', accountId, id);
    await analyseHandler(services, {}).run(work, new AbortController().signal);

    const page = await showInteraction(services, accountId, admin, id);
    expect(page).to.include({ external_interaction_id: 'CALL-1001', status: 'completed', duration_seconds: 13 });
    expect(page.metadata).to.deep.equal({ agent_name: 'Ben' });
    expect(page.transcript).to.deep.equal([
      { role: 'agent', text: 'Thank you for calling.', start_seconds: 1 },
      { role: 'customer', text: 'Hello.', start_seconds: null },
    ]);
    expect(page.recordings[0]).to.include({ state: 'here', reference: 'clean.wav', failure: null });
    expect(page.recordings[0]?.sha256).to.match(/^[0-9a-f]{64}$/);
    expect(page.recordings[0]?.facts).to.include({ codec: 'pcm_mulaw', channels: 2 });
    expect(page.measures?.lanes.agent).to.have.length.greaterThan(2);
    expect(page.measured_position).to.equal(0);
    const [analysis] = page.analyses;
    expect(analysis).to.include({ quality_profile: 'Basics', rule_name: 'everything', final_score: 10, failure: null });
    expect(analysis?.score_card?.categories[0]?.sub_categories[0]?.kpis[0]?.evidence[0]?.start_seconds).to.equal(1);
    expect(page.origin).to.deep.include({ execution_id: uuidText(executionId), file: 'in/calls.csv', line: 2 });
    expect(page.origin.job).to.equal('nightly import');
  });

  it('tells an interaction of the Standard API from one that a connector brought', async () => {
    const { pool } = services.database;
    const { id, executionId } = await seedInteraction(services, accountId);
    const origin = async () => (await showInteraction(services, accountId, admin, id)).origin;
    expect((await origin()).api).to.equal(null);
    const job = { id: executionId, account_id: accountId, type: 'file', status: 'completed', source_item_id: 0 };
    await pool.query('INSERT INTO ingress_job SET ?', job);
    const nowhere = { connector: '', execution_id: '', job: '', file: '', line: 2 };
    expect(await origin()).to.deep.equal({ ...nowhere, api: { job: { id: uuidText(executionId), type: 'file' } } });
    await pool.query('UPDATE interaction SET source_item_id = 0 WHERE id = ?', [id]);
    expect(await origin()).to.deep.equal({ ...nowhere, api: { job: null } });
  });

  it('says why a recording is not here', async () => {
    const { id } = await seedInteraction(services, accountId);
    await seedRecording(services, accountId, id);
    const page = await showInteraction(services, accountId, admin, id);
    expect(page.recordings[0]).to.include({ state: 'failed', sha256: null, byte_size: null });
    expect(page.recordings[0]?.failure?.code).to.equal('path_missing');
    expect([page.measures, page.analyses, page.transcript]).to.deep.equal([null, [], []]);
  });

  it('is not there for another account or outside the user’s scope', async () => {
    const { id } = await seedInteraction(services, accountId, { metadata: { agent_email: 'ben@example.test' } });
    const other = await testAccount(services);
    const asked = [
      showInteraction(services, other.id, admin, id),
      showInteraction(services, accountId, { ...admin, role: 'agent', email: 'asha@example.test' }, id),
    ];
    for (const page of asked) expect(await page.catch((error) => error.code)).to.equal('not_found');
    const own = await showInteraction(services, accountId, { ...admin, role: 'agent', email: 'ben@example.test' }, id);
    expect(own.metadata.agent_email).to.equal('ben@example.test');
  });
});
