import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { requeueFailedRecordings } from '../../../db/queries/recording-requeue.ts';
import { claimWork, type Work } from '../../../db/queries/work.ts';
import { derivedId } from '../../../db/uuid.ts';
import { analysisProgress } from '../../../server/pipeline/progress.ts';
import { lateDelaySeconds } from '../../../server/pipeline/record/late.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import type { WorkHandler } from '../../../server/worker/handler.ts';
import { addConnector } from '../../harness/connectors.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addWaitingRecordings } from '../../harness/waiting-recordings.ts';
import { startExotel } from '../connectors/exolite/fixture.ts';

describe('a recording that its source has not yet', () => {
  let services: Services;
  let system: Awaited<ReturnType<typeof startExotel>>;
  let handler: WorkHandler;
  let place: { accountId: number; connectorId: number; itemKey: string };

  before(async () => {
    services = await testServices();
    system = await startExotel();
  });
  beforeEach(async () => {
    await services.database.pool.query('DELETE FROM work');
    handler = recordHandler(services);
    const { id: accountId } = await testAccount(services);
    const connectorId = await addConnector(services, accountId, { type: 'exolite', config: system.config() });
    place = { accountId, connectorId, itemKey: new Date().toISOString().slice(0, 10) };
    system.addCalls([{ id: 'late', startedAt: new Date(), recording: 'late' }]);
  });
  afterEach(() => handler[Symbol.asyncDispose]());
  after(async () => {
    await system.stop();
    await services.close();
  });

  async function select(sql: string, ...values: unknown[]): Promise<RowDataPacket> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(sql, values);
    return rows[0] ?? ({} as RowDataPacket);
  }
  const waiting = () =>
    select('SELECT attempts, TIMESTAMPDIFF(SECOND, NOW(3), run_after) AS seconds FROM work WHERE kind = "record"');
  const recording = () =>
    select('SELECT state, failure, late_since FROM recording WHERE account_id = ?', place.accountId);

  /** Makes the work due and does it. */
  async function attempt(): Promise<void> {
    await services.database.pool.query('UPDATE work SET run_after = NOW(3)');
    const [work] = await claimWork(services.database.pool, 'record', { limit: 1, leaseSeconds: 30 });
    await handler.run(work as Work, new AbortController().signal);
  }
  const lateFor = (hours: number) =>
    services.database.pool.query('UPDATE recording SET late_since = NOW(3) - INTERVAL ? SECOND WHERE account_id = ?', [
      hours * 3600,
      place.accountId,
    ]);

  for (const [what, row] of [
    ['is nothing that one could wait for, and is counted by itself', { audio: 'late' }],
    ['and a transcript, too, is nothing that one could wait for', { transcriptUrl: 'late' }],
  ] as const)
    it(what, async () => {
      await addWaitingRecordings(services, place, [row]);
      const progress = async () => {
        const { queued, late } = await analysisProgress(services, place.accountId);
        return { queued, late };
      };
      expect(await progress()).to.deep.equal({ queued: 1, late: 0 });
      await attempt();
      expect(await progress()).to.deep.equal({ queued: 0, late: 1 });
      await services.database.pool.query('UPDATE work SET run_after = NOW(3)');
      expect(await progress()).to.deep.equal({ queued: 1, late: 0 });
    });

  it('is asked for again later, and is no failed attempt however often; when it comes, it is taken', async () => {
    await addWaitingRecordings(services, place, [{ audio: 'late' }]);
    await attempt();
    const first = await recording();
    expect(first).to.include({ state: 'waiting', failure: null });
    expect(first.late_since).to.be.instanceOf(Date);
    expect((await waiting()).seconds).to.be.within(50, 61);
    for (let times = 0; times < 6; times++) await attempt();
    expect((await waiting()).attempts).to.equal(0);
    expect((await recording()).late_since).to.deep.equal(first.late_since);
    await lateFor(2);
    await attempt();
    expect((await waiting()).seconds).to.be.within(3500, 3601);
    system.recordingArrives('late');
    await attempt();
    expect((await recording()).state).to.equal('here');
    expect((await select('SELECT kind FROM work')).kind).to.equal('analyse');
  });

  it('is given up after 24 hours, in words', async () => {
    await addWaitingRecordings(services, place, [{ audio: 'late' }]);
    await attempt();
    await lateFor(24);
    await attempt();
    const { state, failure } = await recording();
    expect(state).to.equal('failed');
    expect(JSON.parse(failure)).to.have.property('code', 'path_missing');
    expect(JSON.parse(failure).message).to.match(/24 hours.*late.* retry the execution/);
    expect(await select('SELECT kind FROM work')).to.deep.equal({});
  });

  const transcriptLateFor = (hours: number) =>
    services.database.pool.query(
      'UPDATE interaction SET transcript_late_since = NOW(3) - INTERVAL ? SECOND WHERE account_id = ?',
      [hours * 3600, place.accountId],
    );
  const transcriptFailure = async () =>
    (await select('SELECT transcript_failure FROM interaction WHERE account_id = ?', place.accountId))
      .transcript_failure;

  it('and a transcript, too, is no failed attempt however often, and given up a day after it was first asked for', async () => {
    await addWaitingRecordings(services, place, [{ transcriptUrl: 'late' }]);
    for (let times = 0; times < 7; times++) await attempt();
    const { attempts, seconds } = await waiting();
    expect(attempts).to.equal(0);
    expect(seconds).to.be.within(50, 61);
    await transcriptLateFor(24);
    await attempt();
    const failure = JSON.parse(await transcriptFailure());
    expect(failure).to.have.property('code', 'path_missing');
    expect(failure.message).to.match(/24 hours.*transcript late.* retry the execution.*transcript_url/);
    expect(await select('SELECT kind FROM work')).to.deep.equal({});
  });

  it('and the transcript of an interaction that is old already is waited for a day, too', async () => {
    const { ids } = await addWaitingRecordings(services, place, [{ transcriptUrl: 'late' }]);
    const aged = derivedId(Date.now() - 30 * 24 * 3_600_000, ids[0] ?? '');
    await services.database.pool.query('UPDATE interaction SET id = ? WHERE id = ?', [aged, ids[0]]);
    await services.database.pool.query('UPDATE work SET subject = ? WHERE subject = ?', [aged, ids[0]]);
    await attempt();
    expect(await transcriptFailure()).to.equal(null);
    expect((await waiting()).seconds).to.be.within(50, 61);
    await transcriptLateFor(2);
    await attempt();
    expect((await waiting()).seconds).to.be.within(3500, 3601);
  });

  it('and a transcript that failed for a reason that passes is asked for at the next import', async () => {
    const { ids } = await addWaitingRecordings(services, place, [{ transcriptUrl: 'late' }]);
    await services.database.pool.query('UPDATE work SET run_after = NOW(3)');
    const [work] = await claimWork(services.database.pool, 'record', { limit: 1, leaseSeconds: 30 });
    await handler.giveUp(work as Work, { code: 'http_unavailable', message: 'busy' });
    await transcriptLateFor(30);
    const { pool } = services.database;
    const { accountId, connectorId } = place;
    expect(await requeueFailedRecordings(pool, accountId, connectorId, ['not_transcript'])).to.equal(0);
    expect(await requeueFailedRecordings(pool, accountId, connectorId, ['http_unavailable'])).to.equal(1);
    expect(await select('SELECT kind, subject, group_key FROM work')).to.deep.equal({
      ...{ kind: 'record', subject: ids[0], group_key: connectorId },
    });
    expect(await requeueFailedRecordings(pool, accountId, connectorId, ['http_unavailable'])).to.equal(0);
    await attempt();
    expect(await transcriptFailure()).to.equal(null);
    expect((await waiting()).seconds).to.be.within(50, 61);
  });

  it('keeps what is here of the same interaction', async () => {
    system.addCalls([{ id: 'here', startedAt: new Date() }]);
    await addWaitingRecordings(services, place, [{ audio: 'here;late' }]);
    await attempt();
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT state FROM recording WHERE account_id = ? ORDER BY position',
      [place.accountId],
    );
    expect(rows.map(({ state }) => state)).to.deep.equal(['here', 'waiting']);
  });

  it('whose source limits us waits as long as it says, and that is no failed attempt', async () => {
    await addWaitingRecordings(services, place, [{ audio: 'late' }]);
    system.server.refuseNext(1, 600);
    await attempt();
    expect(await waiting()).to.include({ attempts: 0 });
    expect((await waiting()).seconds).to.be.within(580, 601);
    expect((await recording()).late_since).to.equal(null);
  });

  it('is asked for again after an hour at the latest, whatever its source says', async () => {
    await addWaitingRecordings(services, place, [{ audio: 'late' }]);
    // A day in milliseconds, which are read as seconds.
    system.server.refuseNext(1, 86_400_000);
    await attempt();
    expect(await waiting()).to.include({ attempts: 0 });
    expect((await waiting()).seconds).to.be.within(3500, 3601);
  });

  it('is looked for after 1 minute, then 2, 5, 10, 15 and 30, then each hour, or later where the source says so', () => {
    const minutes: number[] = [];
    for (let at = 0; minutes.length < 9; at += (minutes.at(-1) ?? 0) * 60) minutes.push(lateDelaySeconds(at) / 60);
    expect(minutes).to.deep.equal([1, 2, 5, 10, 15, 30, 60, 60, 60]);
    expect(lateDelaySeconds(0, 90)).to.equal(90);
    expect(lateDelaySeconds(0, 30)).to.equal(60);
    expect(lateDelaySeconds(0, 86_400_000)).to.equal(3600);
  });
});
