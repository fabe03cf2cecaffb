import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { newId, smallestIdAt } from '../../../../db/uuid.ts';
import { readRuns } from '../../../../server/console/overview/runs.ts';
import { readVolumes, type VolumesView } from '../../../../server/console/overview/volumes.ts';
import type { Services } from '../../../../server/services.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount, testServices } from '../../../harness/services.ts';

/** 2026-11-21, 10:00 in Kolkata; midnight there was at 18:30 UTC. */
const now = new Date('2026-11-21T04:30:00Z');
const hourMs = 3_600_000;

describe('the days of the overview', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  const anAccount = async (timezone = 'Asia/Kolkata') => {
    const { id: accountId } = await testAccount(services, { timezone });
    return { accountId, timezone };
  };

  function idAt(at: Date): Buffer {
    const id = smallestIdAt(at.getTime());
    randomBytes(10).copy(id, 6);
    return id;
  }

  async function addInteraction(accountId: number, at: Date): Promise<void> {
    const id = idAt(at);
    await services.database.pool.query(
      `INSERT INTO interaction (id, account_id, external_id, channel_type, occurred_at, metadata, content_hash, connector_id,
         source_item_id, source_line, status_modified_at, created_at) VALUES (?)`,
      [[id, accountId, id.toString('hex'), 'CALL', new Date(0), '{}', id.subarray(0, 12), 0, 0, 1, at, at]],
    );
  }

  async function addAnalysis(accountId: number, completedAt: Date): Promise<void> {
    await services.database.pool.query(
      `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status,
         completed_at) VALUES (?)`,
      [[newId(), accountId, newId(), 1, 1, newId(), new Date(0), 'completed', completedAt]],
    );
  }

  async function addRun(accountId: number, at: Date, status: string, type = 'data_import'): Promise<Buffer> {
    const id = idAt(at);
    await services.database.pool.query(
      `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, status) VALUES (?)`,
      [[id, accountId, 1, 'calls', type, '[]', 'manual', status]],
    );
    return id;
  }

  async function addRejected(accountId: number, executionId: Buffer): Promise<void> {
    await services.database.pool.query(
      'INSERT INTO rejected_row (account_id, execution_id, source_item_id, file_name, line, code, reason, raw) VALUES (?)',
      [[accountId, executionId, 1, 'calls.csv', 1, 'invalid', 'wrong', 'x']],
    );
  }

  function counted(of: { accountId: number; timezone: string }, at = now): Promise<VolumesView> {
    return eventually('the days are counted', async () => {
      const view = await readVolumes(services, of, at);
      return !view.is_counting && view;
    });
  }

  it('are the last 14 of the account’s calendar, today last, each with what came on it', async () => {
    const of = await anAccount();
    const midnight = new Date('2026-11-20T18:30:00Z');
    for (const at of [midnight, new Date(midnight.getTime() - 1), now]) {
      await addInteraction(of.accountId, at);
      await addAnalysis(of.accountId, at);
    }
    await addRejected(of.accountId, await addRun(of.accountId, now, 'success'));
    const { days } = await counted(of, new Date(now.getTime() + 1));
    expect(days).to.have.length(14);
    expect(days[0]?.date).to.equal('2026-11-08');
    expect(days.slice(-2)).to.deep.equal([
      { date: '2026-11-20', volumes: { imported: 1, analysed: 1, rejected: 0 } },
      { date: '2026-11-21', volumes: { imported: 2, analysed: 2, rejected: 1 } },
    ]);
    expect(days[3]?.volumes).to.deep.equal({ imported: 0, analysed: 0, rejected: 0 });
  });

  it('count each thing once, however often and whenever somebody looks while more comes', async () => {
    const of = await anAccount();
    for (let minute = 0; minute < 40; minute++) {
      const at = new Date(now.getTime() + minute * 60_000);
      await addInteraction(of.accountId, at);
      if (minute % 7 === 0) await counted(of, at);
    }
    const { days } = await counted(of, new Date(now.getTime() + hourMs));
    expect(days.at(-1)?.volumes?.imported).to.equal(40);
  });

  it('are kept once they are over, and not counted again', async () => {
    const of = await anAccount();
    await addInteraction(of.accountId, new Date(now.getTime() - 48 * hourMs));
    await counted(of);
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS n, SUM(is_final) AS finished FROM overview_day WHERE account_id = ?',
      [of.accountId],
    );
    expect(rows[0]).to.deep.include({ n: 14, finished: 13 });
    await services.database.pool.query('DELETE FROM interaction WHERE account_id = ?', [of.accountId]);
    const { days } = await counted(of, new Date(now.getTime() + hourMs));
    expect(days.at(-3)?.volumes?.imported).to.equal(1);
  });

  it('are counted again while a run of theirs goes on, and until it has ended', async () => {
    const of = await anAccount();
    const id = await addRun(of.accountId, new Date(now.getTime() - 24 * hourMs), 'processing');
    await counted(of);
    await services.database.pool.query("UPDATE execution SET status = 'success' WHERE id = ?", [id]);
    const later = new Date(now.getTime() + hourMs);
    await counted(of, later);
    const { week, open } = await readRuns(services, of, later);
    expect(week.runs).to.deep.equal({ success: 1 });
    expect(open).to.deep.equal({});
  });

  it('tell runs of today and of seven days by outcome, and apart from them those that go on', async () => {
    const of = await anAccount();
    await addRun(of.accountId, now, 'success');
    await addRun(of.accountId, now, 'delivery_failed', 'data_export');
    await addRun(of.accountId, new Date(now.getTime() - 6 * 24 * hourMs), 'success');
    await addRun(of.accountId, new Date(now.getTime() - 8 * 24 * hourMs), 'success');
    await addRun(of.accountId, new Date(now.getTime() - 5 * 24 * hourMs), 'pending');
    const at = new Date(now.getTime() + 1);
    await counted(of, at);
    expect(await readRuns(services, of, at)).to.deep.equal({
      today: { date: '2026-11-21', runs: { success: 1, delivery_failed: 1 } },
      week: { from: '2026-11-15', runs: { success: 2, delivery_failed: 1 } },
      open: { pending: 1 },
      is_counting: false,
    });
  });

  it('follow the zone when it is changed, and a day of 25 hours is one day', async () => {
    const of = await anAccount('Europe/Paris');
    const autumn = new Date('2026-10-25T22:30:00Z');
    await addInteraction(of.accountId, new Date('2026-10-24T22:00:00Z'));
    await addInteraction(of.accountId, new Date('2026-10-25T22:00:00Z'));
    expect((await counted(of, autumn)).days.at(-1)).to.deep.equal({
      date: '2026-10-25',
      volumes: { imported: 2, analysed: 0, rejected: 0 },
    });
    const moved = await counted({ ...of, timezone: 'UTC' }, autumn);
    expect(moved.days.slice(-2).map(({ volumes }) => volumes?.imported)).to.deep.equal([1, 1]);
  });

  it('begin at the first midnight where the clock shows it twice, and at the end of the gap where it skips it', async () => {
    const azores = await anAccount('Atlantic/Azores');
    for (const at of ['2026-10-24T23:59:59Z', '2026-10-25T00:30:00Z', '2026-10-26T00:30:00Z'])
      await addInteraction(azores.accountId, new Date(at));
    const autumn = (await counted(azores, new Date('2026-10-26T12:00:00Z'))).days.slice(-3);
    expect(autumn.map(({ date, volumes }) => [date, volumes?.imported])).to.deep.equal([
      ['2026-10-24', 1],
      ['2026-10-25', 2],
      ['2026-10-26', 0],
    ]);
    const beirut = await anAccount('Asia/Beirut');
    for (const at of ['2026-03-28T21:59:59Z', '2026-03-28T22:00:00Z'])
      await addInteraction(beirut.accountId, new Date(at));
    const spring = (await counted(beirut, new Date('2026-03-29T12:00:00Z'))).days.slice(-2);
    expect(spring.map(({ date, volumes }) => [date, volumes?.imported])).to.deep.equal([
      ['2026-03-28', 1],
      ['2026-03-29', 1],
    ]);
  });

  it('are whole as soon as they are over, also when somebody looked a moment before midnight', async () => {
    const of = await anAccount('UTC');
    const midnight = Date.parse('2026-11-21T00:00:00Z');
    const before = new Date(midnight - 10_000);
    const id = await addRun(of.accountId, new Date(midnight - hourMs), 'success');
    await addRejected(of.accountId, id);
    await counted(of, before);
    await addInteraction(of.accountId, new Date(midnight - 1));
    const after = new Date(midnight + 15_000);
    const { days } = await counted(of, after);
    expect(days.at(-2)).to.deep.equal({ date: '2026-11-20', volumes: { imported: 1, analysed: 0, rejected: 1 } });
    const { week, is_counting } = await readRuns(services, of, after);
    expect({ runs: week.runs, is_counting }).to.deep.equal({ runs: { success: 1 }, is_counting: false });
  });

  it('are counted again where another zone’s day begins at the same midnight and ends later', async () => {
    const of = await anAccount('Europe/London');
    await addInteraction(of.accountId, new Date('2026-03-29T23:30:00Z'));
    const spring = new Date('2026-03-30T12:00:00Z');
    const lastTwo = async (timezone: string) =>
      (await counted({ ...of, timezone }, spring)).days.slice(-2).map(({ volumes }) => volumes?.imported);
    expect(await lastTwo('Europe/London')).to.deep.equal([0, 1]);
    expect(await lastTwo('UTC')).to.deep.equal([1, 0]);
    expect(await lastTwo('Europe/London')).to.deep.equal([0, 1]);
  });

  it('are never empty without being counted, also where what was counted just then were days of another zone', async () => {
    const of = await anAccount();
    const { pool } = services.database;
    const kept = async () =>
      (await pool.query<RowDataPacket[]>('SELECT 1 FROM overview_day WHERE account_id = ?', [of.accountId]))[0].length;
    await counted(of, new Date('2020-01-01T12:00:00Z'));
    const old = await kept();
    // A counting ends with the removal of older days, which waits for this.
    const holder = await pool.getConnection();
    await holder.beginTransaction();
    await holder.query('SELECT 1 FROM overview_day WHERE account_id = ? FOR UPDATE', [of.accountId]);
    await readVolumes(services, of, now);
    await eventually('all but the removal', async () => (await kept()) > old + 13);
    const reading = readVolumes(services, { ...of, timezone: 'UTC' }, now);
    for (let n = 0; n < 3; n++) await pool.query('SELECT 1');
    await holder.rollback();
    holder.release();
    const { days, is_counting } = await reading;
    expect(is_counting || days.every(({ volumes }) => volumes)).to.equal(true);
  });

  it('are finished although a run from before them goes on, and take up what their own runs still reject', async () => {
    const of = await anAccount();
    await addRun(of.accountId, new Date(now.getTime() - 20 * 24 * hourMs), 'processing');
    const open = await addRun(of.accountId, new Date(now.getTime() - 24 * hourMs), 'processing');
    await addInteraction(of.accountId, new Date(now.getTime() - 24 * hourMs));
    await counted(of);
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT SUM(is_final) AS finished FROM overview_day WHERE account_id = ?',
      [of.accountId],
    );
    expect(Number(rows[0]?.finished)).to.equal(12);
    await addRejected(of.accountId, open);
    const { days } = await counted(of, new Date(now.getTime() + hourMs));
    expect(days.at(-2)?.volumes).to.deep.equal({ imported: 1, analysed: 0, rejected: 1 });
  });

  it('know nothing of other accounts', async () => {
    const [of, other] = [await anAccount(), await anAccount()];
    await addInteraction(other.accountId, now);
    await addRun(other.accountId, now, 'success');
    const at = new Date(now.getTime() + 1);
    expect((await counted(of, at)).days.at(-1)?.volumes?.imported).to.equal(0);
    expect((await readRuns(services, of, at)).today.runs).to.deep.equal({});
  });
});
