import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { requeueUnscoredOf } from '../../../../db/queries/execution-requeue.ts';
import { countRetryable } from '../../../../db/queries/execution-retry.ts';
import { claimWork, type Work } from '../../../../db/queries/work.ts';
import { findProgram } from '../../../../server/machine/programs.ts';
import { analyseHandler } from '../../../../server/pipeline/analyse/analyse.ts';
import type { Services } from '../../../../server/services.ts';
import type { WorkHandler } from '../../../../server/worker/handler.ts';
import { AppError } from '../../../../shared/error.ts';
import { interactionStatuses, unanalysedReasons } from '../../../../shared/interaction.ts';
import type { KpiResult, ScoreCard } from '../../../../shared/quality.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { claimed, seedInteraction, seedProfile, seedRecording, seedRule } from '../../reports/seed.ts';

const quietUnder20 = { kind: 'acoustic', measure: 'dead_air_ratio', operator: 'LESS_THAN', value: 0.2 } as const;
const greeting = { kind: 'phrase' as const, any: ['thank you for calling'] };
const signal = new AbortController().signal;

describe('the analysis of an interaction', () => {
  let services: Services;
  let handler: WorkHandler;
  let accountId: number;

  before(async () => {
    services = await testServices();
    handler = analyseHandler(services, {});
  });
  after(() => services.close());

  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
  });

  async function rows(sql: string, values: unknown[]): Promise<RowDataPacket[]> {
    const [found] = await services.database.pool.query<RowDataPacket[]>(sql, values);
    return found;
  }

  async function analysed(id: Buffer, by: WorkHandler = handler): Promise<Work> {
    const work = await claimed(services, 'analyse', accountId, id);
    await by.run(work, signal);
    return work;
  }

  /** Of work that is there already. */
  async function claimedAgain(id: Buffer): Promise<Work> {
    const work = (await claimWork(services.database.pool, 'analyse', { limit: 100, leaseSeconds: 30 })).find(
      ({ subject }) => subject.equals(id),
    );
    if (!work) throw new Error('there is no work');
    return work;
  }

  async function interaction(id: Buffer): Promise<RowDataPacket> {
    const [row] = await rows('SELECT * FROM interaction WHERE id = ?', [id]);
    if (!row) throw new Error('the interaction is gone');
    return row;
  }

  const analyses = (id: Buffer) => rows('SELECT * FROM analysis WHERE interaction_id = ? ORDER BY id', [id]);

  async function kpis(id: Buffer): Promise<KpiResult[]> {
    const [row] = await analyses(id);
    const card = JSON.parse(row?.score_card) as ScoreCard;
    return card.categories.flatMap(({ sub_categories }) => sub_categories.flatMap((sub) => sub.kpis));
  }

  async function seedBasics() {
    await seedProfile(services, accountId, 'Basics', { Quiet: quietUnder20, Greeting: greeting });
    await seedRule(services, accountId, { assign_quality_profiles: ['Basics'] });
  }

  it('measures the recording, reads the transcript and keeps a score card with reasons', async () => {
    await seedBasics();
    const { id, executionId } = await seedInteraction(services, accountId, {
      transcriptText: '[00:00] Agent: Thank you for calling Northwind.',
    });
    await seedRecording(services, accountId, id, 'clean.wav');
    const work = await analysed(id);

    const row = await interaction(id);
    expect([row.status, row.failure, row.unanalysed_reason, row.duration_seconds]).to.deep.equal([2, null, null, 13]);
    const [analysis] = await analyses(id);
    expect(analysis).to.include({ status: 'completed', final_score: 20, max_score: 20, percentage_score: 100 });
    expect(analysis?.execution_id.equals(executionId)).to.equal(true);
    expect((await kpis(id)).map((kpi) => kpi.ai_response)).to.deep.equal(['Yes', 'Yes']);
    const [recording] = await rows('SELECT facts FROM recording WHERE interaction_id = ?', [id]);
    expect(JSON.parse(recording?.facts)).to.include({ channels: 2, sample_rate: 8000 });
    expect(await rows('SELECT id FROM work WHERE id = ?', [work.id])).to.deep.equal([]);
  });

  it('keeps the duration that the row brought', async () => {
    const { id } = await seedInteraction(services, accountId, { durationSeconds: 99 });
    await seedRecording(services, accountId, id, 'clean.wav');
    await analysed(id);
    expect((await interaction(id)).duration_seconds).to.equal(99);
  });

  it('scores it once by every profile that its rules assign', async () => {
    await seedBasics();
    await seedProfile(services, accountId, 'Second', { Greeting: greeting });
    await seedRule(services, accountId, { name: 'again', assign_quality_profiles: ['Second', 'Basics'] });
    const { id } = await seedInteraction(services, accountId, { transcriptText: 'Agent: hello' });
    await analysed(id);
    await analysed(id);
    expect((await analyses(id)).map((row) => [row.status, row.final_score])).to.deep.equal([
      ['completed', 0],
      ['completed', 0],
    ]);
  });

  it('does not lose the transcript’s rules to a recording that cannot be read, and says why the others are open', async () => {
    await seedBasics();
    const { id } = await seedInteraction(services, accountId, { transcriptText: 'Agent: Thank you for calling us.' });
    await seedRecording(services, accountId, id, 'plain.mp3');
    await analysed(id);
    expect((await interaction(id)).status).to.equal(2);
    const [quiet, hello] = await kpis(id);
    expect(quiet).to.include({ state: 'not_evaluated', final_score: null });
    expect(quiet?.ai_justification).to.match(/needs the program ffmpeg.*[^.]\.$/);
    expect(hello).to.include({ state: 'answered', ai_response: 'Yes' });
    const [analysis] = await analyses(id);
    expect(analysis).to.include({ final_score: 10, max_score: 10, coverage_percent: 50 });
  });

  it('reads other encodings with ffmpeg', async function () {
    const ffmpegPath = findProgram('ffmpeg');
    if (!ffmpegPath) {
      console.log('      ffmpeg is not on this machine');
      return this.skip();
    }
    await seedBasics();
    const { id } = await seedInteraction(services, accountId);
    await seedRecording(services, accountId, id, 'plain.mp3');
    await analysed(id, analyseHandler(services, { ffmpegPath }));
    expect((await kpis(id))[0]).to.include({ state: 'answered' });
  });

  it('fails in words when there is neither a recording that can be measured nor a transcript', async () => {
    await seedBasics();
    const { id } = await seedInteraction(services, accountId);
    await seedRecording(services, accountId, id, 'not-audio.wav');
    await analysed(id);
    const row = await interaction(id);
    expect(row.status).to.equal(3);
    expect(JSON.parse(row.failure).code).to.equal('not_audio');
    expect(JSON.parse(row.failure).message).to.match(/not audio.*There is no transcript text either/);
    expect(await analyses(id)).to.have.lengthOf(1);
    expect((await analyses(id))[0]).to.include({ status: 'failed', final_score: null });
  });

  it('passes on why a transcript was never fetched', async () => {
    await seedBasics();
    const failure = { code: 'path_missing', message: 'There is no t.txt beside the CSV.' };
    const failed = { transcript_failure: JSON.stringify(failure) };
    const heard = await seedInteraction(services, accountId, { transcriptUrl: 't.txt' });
    const silent = await seedInteraction(services, accountId, { transcriptUrl: 't.txt' });
    await services.database.pool.query('UPDATE interaction SET ? WHERE id IN (?)', [failed, [heard.id, silent.id]]);
    await seedRecording(services, accountId, heard.id, 'clean.wav');
    await analysed(heard.id);
    expect((await interaction(heard.id)).status).to.equal(2);
    expect(JSON.stringify(await analyses(heard.id))).to.contain('The transcript is not here. There is no t.txt');
    await seedRecording(services, accountId, silent.id, 'not-audio.wav');
    await analysed(silent.id);
    const row = await interaction(silent.id);
    expect(row.status).to.equal(3);
    expect(JSON.parse(row.failure).message).to.match(/not audio.*There is no t\.txt beside the CSV/);
  });

  it('passes on why a recording was never fetched', async () => {
    await seedBasics();
    const { id } = await seedInteraction(services, accountId, { transcriptText: 'Agent: hello' });
    await seedRecording(services, accountId, id);
    await analysed(id);
    expect((await kpis(id))[0]?.ai_justification).to.contain('no such-recording.wav beside the CSV');
  });

  it('says why an interaction has no analysis', async () => {
    const transcriptText = 'Agent: hello';
    const reasonOf = async (id: Buffer) => unanalysedReasons[(await interaction(id)).unanalysed_reason];

    const { id: unruled } = await seedInteraction(services, accountId, { transcriptText });
    await analysed(unruled);
    expect(await reasonOf(unruled)).to.equal('no_rule');

    await seedProfile(services, accountId, 'Basics', { Greeting: greeting });
    await seedRule(services, accountId, {
      assign_quality_profiles: ['Basics'],
      filter_group: [[{ attribute: 'team_name', operator: 'IS', value: 'Sales' }]],
      sampling_percentage: 0,
    });
    const { id: other } = await seedInteraction(services, accountId, { transcriptText });
    await analysed(other);
    expect(await reasonOf(other)).to.equal('no_match');

    const { id: sales } = await seedInteraction(services, accountId, {
      transcriptText,
      metadata: { team_name: 'Sales' },
    });
    await analysed(sales);
    expect(await reasonOf(sales)).to.equal('sampled_out');
    expect((await interaction(sales)).status).to.equal(2);
  });

  it('uses the rules and profiles of now: a new version counts from the next interaction on', async () => {
    await seedBasics();
    await seedProfile(services, accountId, 'Basics', { Greeting: greeting });
    const { id } = await seedInteraction(services, accountId, { transcriptText: 'Agent: thank you for calling' });
    await analysed(id);
    expect((await analyses(id))[0]).to.include({ profile_version: 2, max_score: 10 });
  });

  it('measures a recording once, and again only when its content is another', async () => {
    const { id } = await seedInteraction(services, accountId);
    await seedRecording(services, accountId, id, 'clean.wav');
    const madeAt = async () => (await rows('SELECT created_at FROM measurement WHERE interaction_id = ?', [id]))[0];
    await analysed(id);
    const first = await madeAt();
    await analysed(id);
    expect(await madeAt()).to.deep.equal(first);

    await services.database.pool.query('DELETE FROM recording WHERE interaction_id = ?', [id]);
    await seedRecording(services, accountId, id, 'dead-air.wav');
    await analysed(id);
    const [kept] = await rows('SELECT body FROM measurement WHERE interaction_id = ?', [id]);
    expect(JSON.parse(kept?.body).measures.values.dead_air_longest_seconds).to.be.greaterThan(3);
  });

  it('writes nothing when somebody else has taken the work over', async () => {
    await seedBasics();
    const { id } = await seedInteraction(services, accountId, { transcriptText: 'Agent: hello' });
    const work = await claimed(services, 'analyse', accountId, id);
    const lost = await handler.run({ ...work, claim: work.claim - 1 }, signal).catch((error) => error);
    expect(lost).to.have.property('code', 'lease_lost');
    expect(await analyses(id)).to.deep.equal([]);
    expect((await interaction(id)).status).to.equal(0);
  });

  it('waits for a storage that is away for longer, and that is no failed attempt', async () => {
    await seedBasics();
    const { id } = await seedInteraction(services, accountId);
    await seedRecording(services, accountId, id, 'clean.wav');
    const away = new AppError('storage_failed', 'The storage is away.');
    const read = () => Promise.reject(away);
    const failing = analyseHandler({ ...services, storage: { ...services.storage, read } }, {});
    const work = await claimed(services, 'analyse', accountId, id);
    expect(await failing.run({ ...work, attempts: 2 }, signal).catch((error) => error)).to.equal(away);
    await failing.run({ ...work, attempts: 3 }, signal);
    const left = await rows('SELECT attempts, run_after > NOW(3) AS is_later FROM work WHERE id = ?', [work.id]);
    expect(left).to.deep.equal([{ attempts: 0, is_later: 1 }]);
    await services.database.pool.query('UPDATE work SET run_after = NOW(3) WHERE id = ?', [work.id]);
    await analysed(id);
    expect(await analyses(id)).to.have.length(1);
  });

  it('tells the interaction why it was given up', async () => {
    const { id } = await seedInteraction(services, accountId);
    const work = await claimed(services, 'analyse', accountId, id);
    await handler.giveUp(work, { code: 'storage_failed', message: 'The storage did not answer.' });
    expect(JSON.parse((await interaction(id)).failure).message).to.equal('The storage did not answer.');
    expect(await rows('SELECT id FROM work WHERE id = ?', [work.id])).to.deep.equal([]);
  });

  it('that was given up, or failed without any profile, is what the retry of its import analyses again, once', async () => {
    const { pool } = services.database;
    const { id, executionId } = await seedInteraction(services, accountId, { transcriptText: 'Agent: hello' });
    const retryable = async () => (await countRetryable(pool, accountId, [executionId])).analyses;
    const requeued = async () =>
      (await requeueUnscoredOf(pool, accountId, [executionId], Buffer.alloc(16))).interactions;
    expect(await retryable()).to.equal(0);
    const work = await claimed(services, 'analyse', accountId, id);
    await handler.giveUp(work, { code: 'storage_failed', message: 'The storage did not answer.' });
    expect(await retryable()).to.equal(1);
    expect(await requeued()).to.equal(1);
    expect(await requeued()).to.equal(0);
    expect((await interaction(id)).status).to.equal(interactionStatuses.indexOf('queued'));
    await pool.query("UPDATE interaction SET transcript_text = '' WHERE id = ?", [id]);
    await handler.run(await claimedAgain(id), signal);
    expect((await interaction(id)).status).to.equal(interactionStatuses.indexOf('failed'));
    expect(await retryable()).to.equal(1);
    expect(await requeued()).to.equal(1);
    await pool.query("UPDATE interaction SET transcript_text = 'Agent: hello' WHERE id = ?", [id]);
    await handler.run(await claimedAgain(id), signal);
    expect((await interaction(id)).status).to.equal(interactionStatuses.indexOf('completed'));
    expect(await retryable()).to.equal(0);
  });

  it('that failed for a profile is counted once by what can be retried', async () => {
    await seedBasics();
    const { id, executionId } = await seedInteraction(services, accountId);
    await analysed(id);
    expect((await analyses(id)).map(({ status }) => status)).to.deep.equal(['failed']);
    expect((await countRetryable(services.database.pool, accountId, [executionId])).analyses).to.equal(1);
  });

  it('settles the work of an interaction that was erased meanwhile', async () => {
    const { id } = await seedInteraction(services, accountId);
    await services.database.pool.query('DELETE FROM interaction WHERE id = ?', [id]);
    const work = await analysed(id);
    expect(await rows('SELECT id FROM work WHERE id = ?', [work.id])).to.deep.equal([]);
  });
});
