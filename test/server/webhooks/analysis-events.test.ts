import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../../../db/uuid.ts';
import { createApiKey } from '../../../server/accounts/api-keys.ts';
import { analyseHandler } from '../../../server/pipeline/analyse/analyse.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { claimed, seedAnalysis, seedInteraction, seedProfile, seedRecording, seedRule } from '../reports/seed.ts';
import { sentIn } from './deliveries.ts';

const callbackUrl = 'https://hooks.example.test/cqa?x=1';
const greeting = { kind: 'phrase' as const, any: ['thank you for calling'] };
const never = new AbortController().signal;

describe('what webhooks tell of an analysis', () => {
  let services: Services;
  let analyse: WorkHandler;
  let accountId: number;

  before(async () => {
    services = await testServices();
    analyse = analyseHandler(services, {});
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    await createApiKey(services, accountId, { name: 'middleware' }, 'test');
    await seedProfile(services, accountId, 'Basics', { Greeting: greeting, Manual: { kind: 'manual' } });
    await seedProfile(services, accountId, 'Second', { Greeting: greeting });
    await seedRule(services, accountId, { assign_quality_profiles: ['Basics', 'Second'] });
  });

  const sql = async (text: string, values: unknown[]) =>
    (await services.database.pool.query<RowDataPacket[]>(text, values))[0];
  const events = async () => (await sentIn(services, accountId)).map(({ event }) => event);

  async function interaction(transcriptText: string | null, url: string | null = callbackUrl): Promise<Buffer> {
    const { id } = await seedInteraction(services, accountId, { transcriptText });
    await sql('UPDATE interaction SET callback_url = ? WHERE id = ?', [url, id]);
    return id;
  }

  async function analysed(id: Buffer): Promise<void> {
    await analyse.run(await claimed(services, 'analyse', accountId, id), never);
  }

  it('is that each profile begins and ends, with the ids that the analyses have', async () => {
    const id = await interaction('Agent: Thank you for calling us.');
    await analysed(id);
    const sent = await sentIn(services, accountId);
    expect(sent.map(({ event }) => event)).to.deep.equal([
      'INTERACTION_ANALYSIS_IN_PROGRESS',
      'INTERACTION_ANALYSIS_IN_PROGRESS',
      'INTERACTION_ANALYSIS_COMPLETED',
      'INTERACTION_ANALYSIS_COMPLETED',
    ]);
    expect(sent.map(({ url }) => url)).to.deep.equal(Array(4).fill(callbackUrl));
    const rows = await sql(
      'SELECT a.id, p.uid, p.name, a.completed_at FROM analysis a JOIN quality_profile p ON p.id = a.profile_id WHERE a.interaction_id = ?',
      [id],
    );
    for (const { id: analysis, uid, name, completed_at } of rows) {
      const [begun, done] = sent.map(({ data }) => data).filter(({ analysisId }) => analysisId === uuidText(analysis));
      expect(begun).to.deep.equal({ analysisId: uuidText(analysis), profileId: uuidText(uid), profileName: name });
      expect(done).to.include({ profileId: uuidText(uid), status: 'completed', finalScore: 10, qaScore: null });
      expect(done?.analysisCompletedAt).to.equal(completed_at.toISOString());
    }
  });

  it('holds every KPI of the score card', async () => {
    await analysed(await interaction('Agent: Thank you for calling us.'));
    const results = (await sentIn(services, accountId))
      .filter(({ event }) => event === 'INTERACTION_ANALYSIS_COMPLETED')
      .map(({ data }) => data.kpiResults ?? []);
    const two = results.find((list) => list.length === 2);
    expect(two?.[0]).to.include({ kpiId: 'Greeting', categoryId: 'Conduct', subCategoryId: 'Call', aiResponse: 'Yes' });
    expect(two?.[0]).to.include({ aiScore: 10, qaScore: null, finalScore: 10, criticalityAdjustedScore: 10 });
    expect(two?.[1]).to.include({ kpiId: 'Manual', aiResponse: null, aiScore: null, finalScore: null });
  });

  it('is told once, however often the work is begun anew', async () => {
    const id = await interaction('Agent: hello');
    const work = await claimed(services, 'analyse', accountId, id);
    await sql('DROP TRIGGER IF EXISTS no_analysis', []);
    await sql("CREATE TRIGGER no_analysis BEFORE INSERT ON analysis FOR EACH ROW SIGNAL SQLSTATE '45000'", []);
    for (const _ of [1, 2]) await analyse.run(work, never).catch((error) => expect(error.errno).to.equal(1644));
    await sql('DROP TRIGGER no_analysis', []);
    expect(await events()).to.deep.equal(Array(2).fill('INTERACTION_ANALYSIS_IN_PROGRESS'));
    await analyse.run(work, never);
    expect(await events()).to.have.length(4);
  });

  it('is told again when it is analysed again, with the same ids of analyses', async () => {
    const id = await interaction('Agent: hello');
    await analysed(id);
    const before = await sql('SELECT id FROM analysis WHERE interaction_id = ? ORDER BY id', [id]);
    await analysed(id);
    expect(await sql('SELECT id FROM analysis WHERE interaction_id = ? ORDER BY id', [id])).to.deep.equal(before);
    const sent = await sentIn(services, accountId);
    expect(sent).to.have.length(8);
    expect(new Set(sent.map(({ data }) => data.analysisId)).size).to.equal(2);
  });

  it('names an analysis by the id under which it is stored, also one made before ids were derived', async () => {
    const id = await interaction('Agent: Thank you for calling us.');
    const old = await seedAnalysis(services, accountId, id, { profile: 'Basics' });
    await analysed(id);
    const rows = await sql(
      'SELECT a.id, p.name FROM analysis a JOIN quality_profile p ON p.id = a.profile_id WHERE a.interaction_id = ?',
      [id],
    );
    expect(rows.find(({ name }) => name === 'Basics')?.id).to.deep.equal(old);
    const stored = rows.map((row) => uuidText(row.id));
    const sent = await sentIn(services, accountId);
    for (const event of ['INTERACTION_ANALYSIS_IN_PROGRESS', 'INTERACTION_ANALYSIS_COMPLETED'])
      expect(sent.filter((one) => one.event === event).map(({ data }) => data.analysisId)).to.have.members(stored);
  });

  it('is, once, that an interaction failed with nothing to analyse', async () => {
    const id = await interaction(null);
    await seedRecording(services, accountId, id, 'not-audio.wav');
    await analysed(id);
    const [only, ...others] = await sentIn(services, accountId);
    expect(others).to.deep.equal([]);
    expect(only).to.include({ event: 'INTERACTION_ANALYSIS_FAILED' });
    expect(only?.data.errorCode).to.equal('NOT_AUDIO');
    expect(only?.data.errorMessage).to.match(/not audio.*no transcript text either/);
  });

  it('is that an analysis was given up', async () => {
    const id = await interaction('Agent: hello');
    const work = await claimed(services, 'analyse', accountId, id);
    await analyse.giveUp(work, { code: 'storage_failed', message: 'The storage did not answer.' });
    expect((await sentIn(services, accountId))[0]?.data).to.deep.equal({
      errorCode: 'STORAGE_FAILED',
      errorMessage: 'The storage did not answer.',
    });
  });

  it('is that a recording is missing', async () => {
    const record = recordHandler(services);
    const id = await interaction(null);
    const silent = await interaction(null, null);
    for (const subject of [id, silent]) {
      await sql(
        "INSERT INTO recording (interaction_id, position, account_id, connector_id, execution_id, reference) VALUES (?, 0, ?, 0, ?, 'http://10.0.0.1/a.wav')",
        [subject, accountId, Buffer.alloc(16)],
      );
      await record.run(await claimed(services, 'record', accountId, subject), never);
    }
    const given = await interaction(null);
    await record.giveUp(await claimed(services, 'record', accountId, given), {
      code: 'host_timeout',
      message: 'Silence.',
    });
    await record[Symbol.asyncDispose]();
    const sent = await sentIn(services, accountId);
    expect(sent.map(({ event }) => event)).to.deep.equal(Array(2).fill('INTERACTION_ANALYSIS_FAILED'));
    expect(sent[0]?.data.errorCode).to.equal('EGRESS_BLOCKED');
  });

  it('is nothing where nobody asked for it, and nothing of a result whose lease was lost', async () => {
    await analysed(await interaction('Agent: hello', null));
    const id = await interaction('Agent: hello');
    const work = await claimed(services, 'analyse', accountId, id);
    const lost = await analyse.run({ ...work, claim: work.claim - 1 }, never).catch((error) => error);
    expect(lost).to.have.property('code', 'lease_lost');
    expect(await events()).to.deep.equal([]);
  });
});
