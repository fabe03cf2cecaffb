import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../../../../db/uuid.ts';
import { analyseHandler } from '../../../../server/pipeline/analyse/analyse.ts';
import { saveProfile } from '../../../../server/quality/profiles.ts';
import type { ApiServer } from '../../../harness/api.ts';
import { claimed, seedAnalysis, seedInteraction, seedProfile, seedRule } from '../../reports/seed.ts';
import { checkedServer } from './checked.ts';

interface Kpi {
  kpi_name: string;
  [field: string]: unknown;
}

interface Shown {
  [field: string]: unknown;
  categories: { name: string; sub_categories: { name: string; kpis: Kpi[] }[]; [field: string]: unknown }[];
}

const yesNo = (kpi_name: string, any: string, more: object = {}) => ({
  kpi_name,
  kpi_question: `${kpi_name}?`,
  input_type: 'Yes/No',
  options: [
    { label: 'Yes', weightage: 10 },
    { label: 'No', weightage: 2 },
  ],
  evaluator: { kind: 'phrase', any: [any] },
  ...more,
});

describe('GET /analyses/{analysis_id}', () => {
  let server: ApiServer;
  let analysisId: string;

  before(async () => {
    server = await checkedServer();
    const { services, account } = server;
    await saveProfile(services, account.id, {
      name: 'Whole',
      categories: [
        { name: 'Conduct', sub_categories: [{ name: 'Opening', kpis: [yesNo('Greeting', 'thank you')] }] },
        {
          name: 'Compliance',
          sub_categories: [
            {
              name: 'Notice',
              kpis: [
                yesNo('Recorded line', 'being recorded', { is_critical: true }),
                yesNo('Remark', 'hello', { evaluator: { kind: 'manual' } }),
              ],
            },
          ],
        },
      ],
    });
    await seedRule(services, account.id, { assign_quality_profiles: ['Whole'] });
    const metadata = { queue: 'Orders' };
    const transcriptText = 'Agent: Thank you for calling.';
    const { id } = await seedInteraction(services, account.id, { externalId: 'call-1', transcriptText, metadata });
    const work = await claimed(services, 'analyse', account.id, id);
    await analyseHandler(services, {}).run(work, new AbortController().signal);
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT id FROM analysis WHERE interaction_id = ?',
      [id],
    );
    analysisId = uuidText(rows[0]?.id);
  });
  after(() => server.close());

  const get = (id = analysisId) => server.call<Shown>('GET', `/analyses/${id}`);

  it('answers the whole card in the contract’s fields', async () => {
    const { status, data, message } = await get();
    expect(status, message).to.equal(200);
    expect(data).to.have.all.keys(
      ...['analysis_id', 'interaction_id', 'external_interaction_id', 'profile_id', 'profile_name', 'status'],
      ...['ai_score', 'final_score', 'criticality_adjusted_score', 'max_score', 'analysis_completed_at', 'metadata'],
      'categories',
    );
    expect(data).to.deep.include({
      ...{ external_interaction_id: 'call-1', profile_name: 'Whole', status: 'completed' },
      ...{ ai_score: 12, final_score: 12, max_score: 20, metadata: { queue: 'Orders' } },
    });
    expect(data.analysis_completed_at).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const [conduct, compliance] = data.categories;
    expect(conduct).to.have.all.keys(
      ...['name', 'ai_score', 'final_score', 'criticality_adjusted_score', 'max_score', 'sub_categories'],
    );
    expect(conduct?.sub_categories[0]).to.have.all.keys('name', 'kpis');
    const greeting = conduct?.sub_categories[0]?.kpis[0];
    expect(greeting).to.have.all.keys(
      ...['kpi_name', 'ai_response', 'ai_justification', 'ai_score', 'final_score', 'criticality_adjusted_score'],
      'max_score',
    );
    expect(greeting).to.include({ ai_response: 'Yes', ai_score: 10, final_score: 10, max_score: 10 });
    expect(compliance?.sub_categories[0]?.kpis[1]).to.include({ ai_response: null, final_score: null, ai_score: null });
  });

  it('takes the adjusted score of the whole, the category and the KPI by the critical KPIs within', async () => {
    const { data } = await get();
    expect(data.criticality_adjusted_score).to.equal(0);
    const [conduct, compliance] = data.categories;
    expect(conduct).to.include({ final_score: 10, criticality_adjusted_score: 10 });
    expect(compliance).to.include({ final_score: 2, criticality_adjusted_score: 0 });
    const [recorded, remark] = compliance?.sub_categories[0]?.kpis ?? [];
    expect(recorded).to.include({ ai_response: 'No', final_score: 2, criticality_adjusted_score: 0 });
    expect(remark).to.include({ criticality_adjusted_score: null });
  });

  it('has the person’s score where there is one', async () => {
    const { pool } = server.services.database;
    const accountId = server.account.id;
    await pool.query('UPDATE analysis SET qa_score = 15.5 WHERE account_id = ?', [accountId]);
    expect((await get()).data).to.include({ ai_score: 12, qa_score: 15.5, final_score: 15.5 });
    await pool.query('UPDATE analysis SET qa_score = NULL WHERE account_id = ?', [accountId]);
  });

  it('says why an analysis failed', async () => {
    const { services, account } = server;
    await seedProfile(services, account.id, 'Other', { Greeting: { kind: 'manual' } });
    const { id } = await seedInteraction(services, account.id);
    const failed = await seedAnalysis(services, account.id, id, { profile: 'Other' });
    const failure = JSON.stringify({ code: 'not_audio', message: 'This is no recording.' });
    await services.database.pool.query(
      "UPDATE analysis SET status = 'failed', ai_score = NULL, final_score = NULL, criticality_adjusted_score = NULL, max_score = NULL, failure = ? WHERE id = ?",
      [failure, failed],
    );
    const { data } = await get(uuidText(failed));
    expect(data).to.include({ status: 'failed', failure_reason: 'This is no recording.', max_score: null });
    expect(data.categories).to.deep.equal([]);
  });

  it('has nothing of another account, and nothing where nothing is', async () => {
    const other = await server.anotherAccount();
    const options = { key: other.key, accountId: other.account.uid };
    expect((await server.call('GET', `/analyses/${analysisId}`, options)).code).to.equal('NOT_FOUND');
    for (const id of ['019a9f3c-0000-7000-8000-000000000000', 'no-uuid'])
      expect((await get(id)).code).to.equal('NOT_FOUND');
  });
});
