import { expect } from 'chai';
import type { Scope } from '../../../db/queries/scope.ts';
import { listProfiles } from '../../../server/quality/profiles.ts';
import { type AnalysisListInput, listAnalyses } from '../../../server/reports/analysis-list.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { seedAnalysis, seedInteraction, seedMany, seedProfile } from './seed.ts';

const admin: Scope = { role: 'admin', email: 'admin@example.test', teams: [], campaigns: [] };
const at = (text: string) => new Date(`${text}Z`);

describe('the Analysis List', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    await seedProfile(services, accountId, 'Basics', { Manual: { kind: 'manual' } });
    await seedProfile(services, accountId, 'Second', { Manual: { kind: 'manual' } });
  });

  async function ids(input: AnalysisListInput = {}, scope = admin): Promise<string[]> {
    const { rows } = await listAnalyses(services, accountId, scope, input);
    return rows.map((row) => row.external_interaction_id);
  }

  async function profileUid(name: string): Promise<string> {
    return (await listProfiles(services, accountId)).find((profile) => profile.name === name)?.uid ?? '';
  }

  /** Four interactions, newest last: A has two analyses, B one, C failed, D waits. */
  async function seedFour(): Promise<void> {
    const { id: a } = await seedInteraction(services, accountId, {
      externalId: 'CALL-A',
      startTime: at('2026-11-01T10:00'),
      status: 'completed',
      metadata: { agent_name: 'Ben', agent_email: 'ben@example.test', team_name: 'Sales' },
    });
    await seedAnalysis(services, accountId, a, { profile: 'Basics', points: 2 });
    await seedAnalysis(services, accountId, a, { profile: 'Second', points: 9 });
    const { id: b } = await seedInteraction(services, accountId, {
      externalId: 'CALL-B',
      startTime: at('2026-11-02T10:00'),
      status: 'completed',
      metadata: { agent_email: 'asha@example.test', team_name: 'Support', campaign_id: 'c1' },
    });
    await seedAnalysis(services, accountId, b, { profile: 'Basics', points: 5 });
    await seedInteraction(services, accountId, {
      externalId: 'CHAT_C',
      startTime: at('2026-11-03T10:00'),
      status: 'failed',
      metadata: { team_name: 'sales' },
    });
    await seedInteraction(services, accountId, { externalId: 'CHAT-D', startTime: at('2026-11-04T10:00') });
  }

  it('has every interaction, newest first, with a line for each of its analyses or one of its own', async () => {
    await seedFour();
    const { rows, next_cursor } = await listAnalyses(services, accountId, admin, {});
    expect(next_cursor).to.equal(null);
    expect(rows.map((row) => [row.external_interaction_id, row.quality_profile, row.final_score])).to.deep.equal([
      ['CHAT-D', null, null],
      ['CHAT_C', null, null],
      ['CALL-B', 'Basics', 5],
      ['CALL-A', 'Basics', 2],
      ['CALL-A', 'Second', 9],
    ]);
    expect(rows[4]).to.include({ agent_name: 'Ben', interaction_status: 'completed', analysis_status: 'completed' });
    expect(rows[1]).to.include({ interaction_status: 'failed', analysis_status: null, agent_name: null });
  });

  it('shows the analyses that fit where a profile or a score is asked for', async () => {
    await seedFour();
    expect(await ids({ profile: await profileUid('Second') })).to.deep.equal(['CALL-A']);
    expect(await ids({ min_score: 5 })).to.deep.equal(['CALL-B', 'CALL-A']);
    expect(await ids({ min_percentage: 50, max_percentage: 60 })).to.deep.equal(['CALL-B']);
    expect(await ids({ profile: await profileUid('Basics'), max_score: 2, from: '2026-11-01' })).to.deep.equal([
      'CALL-A',
    ]);
  });

  it('finds by status, by days of the account’s zone, and by an external id or its beginning', async () => {
    await seedFour();
    expect(await ids({ status: ['failed'] })).to.deep.equal(['CHAT_C']);
    expect(await ids({ from: '2026-11-02', to: '2026-11-03' })).to.deep.equal(['CHAT_C', 'CALL-B']);
    expect(await ids({ search: 'CALL-' })).to.deep.equal(['CALL-B', 'CALL-A', 'CALL-A']);
    expect(await ids({ search: 'CHAT_' })).to.deep.equal(['CHAT_C']);
    expect(await ids({ search: 'call-' })).to.deep.equal([]);
    expect(await ids({ search: '%' })).to.deep.equal([]);
  });

  it('shows a supervisor own teams and campaigns, an agent own interactions, and others nothing', async () => {
    await seedFour();
    const supervisor: Scope = { role: 'supervisor', email: 's@example.test', teams: ['Sales'], campaigns: [] };
    expect(await ids({}, supervisor)).to.deep.equal(['CALL-A', 'CALL-A']);
    expect(await ids({}, { ...supervisor, campaigns: ['c1'] })).to.deep.equal(['CALL-B', 'CALL-A', 'CALL-A']);
    expect(await ids({ min_score: 1 }, { ...supervisor, teams: ['Support'] })).to.deep.equal(['CALL-B']);
    expect(await ids({}, { ...supervisor, teams: [] })).to.deep.equal([]);
    expect(await ids({}, { role: 'agent', email: 'Asha@Example.test', teams: ['Sales'], campaigns: [] })).to.deep.equal(
      ['CALL-B'],
    );
    expect(await ids({}, { role: 'agent', email: '', teams: [], campaigns: [] })).to.deep.equal([]);
  });

  it('never shows another account’s', async () => {
    await seedFour();
    const mine = await profileUid('Basics');
    accountId = (await testAccount(services)).id;
    expect(await ids()).to.deep.equal([]);
    expect(await ids({ profile: mine })).to.deep.equal([]);
  });

  async function walk(input: AnalysisListInput): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAnalyses(services, accountId, admin, { ...input, cursor });
      seen.push(...page.rows.map((row) => row.external_interaction_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return seen;
  }

  it('is walked page by page without a gap or a repetition, also where many share one moment', async () => {
    for (const day of ['2026-11-01T10:00', '2026-11-02T10:00'])
      await seedMany(services, accountId, { count: 60, at: at(day), profile: 'Basics' });
    for (const input of [{ limit: 7 }, { limit: 7, min_score: 0 }, { limit: 60 }]) {
      const seen = await walk(input);
      expect(seen).to.have.lengthOf(120);
      expect(new Set(seen)).to.have.property('size', 120);
    }
  });

  it('refuses a cursor that it did not make and a day that does not exist', async () => {
    for (const cursor of ['x', '1.2', '1.zz'])
      expect(await ids({ cursor }).catch((error) => error.code), cursor).to.equal('invalid');
    expect(await ids({ from: '2026-02-31' }).catch((error) => error.field)).to.equal('from');
  });
});
