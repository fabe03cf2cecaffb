import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { fillAttributes, queueAttributeWork } from '../../../db/queries/attribute-fill.ts';
import { addPendingAttributes } from '../../../db/queries/attributes.ts';
import type { Scope } from '../../../db/queries/scope.ts';
import { claimWork, settleWork } from '../../../db/queries/work.ts';
import { withinTime } from '../../../db/within-time.ts';
import { createUser } from '../../../server/accounts/users.ts';
import { saveMetadataField } from '../../../server/quality/metadata-fields.ts';
import { columnChoices } from '../../../server/reports/column-choices.ts';
import { previewReport } from '../../../server/reports/preview.ts';
import type { RowFilter } from '../../../server/reports/row-filter.ts';
import { createSavedFilter } from '../../../server/reports/saved-filters.ts';
import type { Services } from '../../../server/services.ts';
import { type ReportConfig, reportSchema } from '../../../shared/report.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { seedAnalysis, seedInteraction, seedMany, seedProfile } from './seed.ts';

const november = { from: '2026-11-01', to: '2026-11-30' };
const at = (iso: string) => new Date(iso);

describe('the preview of a report', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  async function account(timezone = 'Asia/Kolkata'): Promise<number> {
    const { id } = await testAccount(services, { timezone });
    for (const name of ['Basics', 'Sales']) await seedProfile(services, id, name, { Greeting: { kind: 'manual' } });
    return id;
  }

  interface Seed {
    externalId: string;
    startTime?: Date;
    profile?: string;
    points?: number;
    metadata?: Record<string, string>;
  }
  async function call(accountId: number, { profile = 'Basics', points = 5, ...given }: Seed): Promise<void> {
    const { id } = await seedInteraction(services, accountId, { status: 'completed', ...given });
    await seedAnalysis(services, accountId, id, { profile, points });
  }

  /** Has the account's interactions found by their metadata. */
  async function fill(accountId: number): Promise<void> {
    const { pool } = services.database;
    await queueAttributeWork(pool);
    const works = await claimWork(pool, 'index', { limit: 100, leaseSeconds: 600 });
    for (const work of works.filter((one) => one.accountId === accountId)) {
      while (await fillAttributes(pool, work));
      await settleWork(pool, work);
    }
  }

  function preview(
    accountId: number,
    report: Partial<ReportConfig>,
    { filter, userId, scopes = [] }: { filter?: RowFilter; userId?: number; scopes?: Scope[] } = {},
  ) {
    const config = reportSchema.parse({ date_range: november, columns: ['external_interaction_id'], ...report });
    return previewReport(services, accountId, { report: config, filter }, { userId, scopes });
  }
  const idsOf = ({ rows }: { rows: unknown[][] }) => rows.map(([id]) => id);

  it('has the headings, the first rows in order, and how many there would be', async () => {
    const id = await account();
    await seedMany(services, id, { count: 30, at: at('2026-11-20T10:00:00Z'), profile: 'Basics' });
    await call(id, { externalId: 'first', startTime: at('2026-11-02T10:00:00Z'), points: 9 });
    const columns = [{ column: 'final_score', header: 'Points' }, 'external_interaction_id', 'interaction_start_time'];
    const shown = await preview(id, { columns });
    expect(shown.header).to.deep.equal(['Points', 'external_interaction_id', 'interaction_start_time']);
    expect(shown.rows).to.have.length(20);
    expect(shown.rows[0]).to.deep.equal([9, 'first', '2026-11-02T15:30:00+05:30']);
    expect(shown).to.deep.include({ row_count: 31, counted: 'exact', rows_found: true });
  });

  it('has the days of the account’s own zone', async () => {
    for (const [timezone, expected] of [
      ['Asia/Kolkata', ['after midnight there']],
      ['UTC', []],
      ['America/New_York', []],
    ] as const) {
      const id = await account(timezone);
      await call(id, { externalId: 'after midnight there', startTime: at('2026-10-31T18:31:00Z') });
      await call(id, { externalId: 'before midnight there', startTime: at('2026-10-31T18:29:00Z') });
      expect(idsOf(await preview(id, {}))).to.deep.equal(expected);
      expect((await preview(id, {})).period.timezone).to.equal(timezone);
    }
  });

  it('is narrowed by the profile, the list’s filter and a saved filter together', async () => {
    const id = await account();
    await call(id, { externalId: 'low', points: 2 });
    await call(id, { externalId: 'middle', points: 5 });
    await call(id, { externalId: 'high', points: 9 });
    await call(id, { externalId: 'other profile', points: 5, profile: 'Sales' });
    const user = { id: 77, role: 'agent' as const };
    await createSavedFilter(services, id, user, { name: 'mine', is_shared: false, filter: { min_score: 3 } });
    const report = { quality_profile: 'Basics', saved_filter: 'mine' };
    const shown = await preview(id, report, { filter: { max_score: 8 }, userId: user.id });
    expect(idsOf(shown)).to.deep.equal(['middle']);
    expect(shown.row_count).to.equal(1);
    const anothers = await preview(id, report, { userId: 78 }).catch((error) => error);
    expect(anothers).to.include({ code: 'invalid', field: 'saved_filter' });
  });

  it('holds what every one of its scopes lets see, and nothing more', async () => {
    const id = await account();
    await call(id, { externalId: 'ann', metadata: { agent_email: 'ann@call.test', team_name: 'north' } });
    await call(id, { externalId: 'bob', metadata: { agent_email: 'bob@call.test', team_name: 'north' } });
    const scope = (role: Scope['role'], teams: string[] = []): Scope => ({
      ...{ role, email: 'ann@call.test', teams, campaigns: [] },
    });
    const seen = async (...scopes: Scope[]) => idsOf(await preview(id, {}, { scopes })).sort();
    expect(await seen(scope('admin'))).to.deep.equal(['ann', 'bob']);
    expect(await seen(scope('supervisor', ['north']))).to.deep.equal(['ann', 'bob']);
    expect(await seen(scope('agent'))).to.deep.equal(['ann']);
    expect(await seen(scope('supervisor', ['north']), scope('agent'))).to.deep.equal(['ann']);
    expect(await seen(scope('supervisor', ['north']), scope('supervisor', ['south']))).to.deep.equal([]);
    expect(await seen(scope('admin'), scope('supervisor'))).to.deep.equal([]);
  });

  it('finds the same by the metadata alone, where reading the whole period takes too long', async () => {
    const id = await account();
    const north = { team_name: 'north' };
    await createUser(services, id, { email: 'ann@call.test', role: 'agent' });
    await createUser(services, id, { email: 'sue@call.test', role: 'supervisor', teams: ['north', 'west'] });
    await call(id, { externalId: 'ann', metadata: { ...north, agent_email: 'Ann@call.test' } });
    await call(id, { externalId: 'bob', metadata: { ...north, agent_email: 'bob@call.test' } });
    await call(id, { externalId: 'cat', metadata: { team_name: 'south', agent_email: 'cat@call.test' } });
    await fill(id);
    // One that is stored and not looked at yet.
    const late = {
      externalId: 'dan',
      metadata: { ...north, agent_email: 'dan@call.test' },
      status: 'completed' as const,
    };
    const { id: dan } = await seedInteraction(services, id, late);
    await seedAnalysis(services, id, dan, { profile: 'Basics' });
    await transaction(services.database.pool, (connection) => addPendingAttributes(connection, id, [dan]));
    const config = reportSchema.parse({ date_range: november, columns: ['external_interaction_id'] });
    const seen = async (scope: Scope) => {
      const asking = { userId: undefined, scopes: [scope] };
      const times = { inOrderMs: 0, chosenMs: 60_000 };
      return idsOf(await previewReport(services, id, { report: config }, asking, times)).sort();
    };
    const none = { teams: [], campaigns: [] };
    expect(await seen({ role: 'agent', email: 'ann@call.test', ...none })).to.deep.equal(['ann']);
    const sue = { role: 'supervisor' as const, email: 'sue@call.test', campaigns: [] };
    expect(await seen({ ...sue, teams: ['north', 'west'] })).to.deep.equal(['ann', 'bob', 'dan']);
    expect(await seen({ ...sue, teams: [] })).to.deep.equal([]);
  });

  it('warns of columns that nobody knows, and of no others', async () => {
    const id = await account();
    const scored = ['kpi.Greeting.answer', 'category.Conduct.final_score', 'kpi.Gone.score', 'category.Gone.ai_score'];
    const columns = ['agent_name', 'metadata.colour', 'metadata.shape', ...scored, 'nme'];
    const unused = await preview(id, { columns });
    expect(unused.warnings).to.deep.equal([
      'The column "kpi.Gone.score" may stay empty: no quality profile has a KPI "Gone" now.',
      'The column "category.Gone.ai_score" may stay empty: no quality profile has a category "Gone" now.',
    ]);
    await saveMetadataField(services, id, { cqa_key: 'shape', display_name: 'Shape' });
    await call(id, { externalId: 'one', metadata: { colour: 'red' } });
    const { warnings } = await preview(id, { columns });
    expect(warnings).to.deep.equal([
      'The column "kpi.Gone.score" may stay empty: no quality profile has a KPI "Gone" now.',
      'The column "category.Gone.ai_score" may stay empty: no quality profile has a category "Gone" now.',
      'The column "nme" may stay empty: no metadata "nme" is declared or in the newest interactions.',
    ]);
  });

  it('cuts long texts', async () => {
    const id = await account();
    const { id: interaction } = await seedInteraction(services, id, {
      ...{ externalId: 'talkative', status: 'completed', transcriptText: 'Agent: hello\n'.repeat(1_000) },
    });
    await seedAnalysis(services, id, interaction, { profile: 'Basics' });
    const { rows } = await preview(id, { columns: ['transcript_text'] });
    expect(String(rows[0]?.[0])).to.have.length(501);
  });

  it('ends a read that takes too long, and nobody else’s', async () => {
    const { database } = services;
    const slow = 'SELECT SLEEP(0.01) FROM (SELECT 1 UNION SELECT 2) a, information_schema.columns b LIMIT 100000';
    const ended = await withinTime(database, 100, (connection) => connection.query(slow));
    // MySQL ends a SLEEP without an error, and the statement after its time all the same.
    expect(ended.done).to.equal(false);
    const quick = await withinTime(database, 60_000, async (connection) => (await connection.query('SELECT 1'))[0]);
    expect(quick.done).to.equal(true);
    const variable = database.flavour === 'mariadb' ? 'max_statement_time' : 'max_execution_time';
    const limits = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.pool.query(`SELECT @@session.${variable} = @@global.${variable} AS same`),
      ),
    );
    for (const [rows] of limits) expect(rows).to.deep.equal([{ same: 1 }]);
  });

  it('offers fields, scores, KPIs, measures, and the metadata that is declared or in use', async () => {
    const id = await account();
    await call(id, { externalId: 'one', metadata: { colour: 'red' } });
    const choices = await columnChoices(services, id, { role: 'admin', email: '', teams: [], campaigns: [] });
    const names = (list: { column: string }[]) => list.map(({ column }) => column);
    expect(names(choices.metadata)).to.deep.equal(['metadata.colour']);
    expect(names(choices.fields)).to.include.members(['external_interaction_id', 'interaction_start_time']);
    expect(names(choices.scores)).to.include.members(['final_score', 'percentage_score', 'ai_score', 'max_score']);
    expect(names(choices.kpis)).to.include.members(['kpi.Greeting.answer', 'kpi.Greeting.justification']);
    expect(names(choices.kpis)).to.include.members(['kpi.Greeting.ai_score', 'kpi.Greeting.max_score']);
    expect(choices.categories).to.deep.include({
      ...{ column: 'category.Conduct.ai_score', title: 'Conduct: AI score', quality_profile: 'Sales' },
    });
    expect(names(choices.metrics)).to.include('metric.dead_air_ratio');
    const { fields, scores, categories, kpis, metrics } = choices;
    const all = [fields, choices.metadata, scores, categories, kpis, metrics].flatMap(names);
    expect((await preview(id, { columns: [...new Set(all)] })).rows).to.have.length(1);
  });
});
