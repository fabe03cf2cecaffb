import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { dueJobs, lockDueJob } from '../../../db/queries/jobs.ts';
import { startScheduler } from '../../../server/jobs/scheduler.ts';
import { fireDueJobs, planJobs } from '../../../server/schedule/fire.ts';
import { openServices, type Services } from '../../../server/services.ts';
import { scheduleSchema } from '../../../shared/job.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob, executionsOf } from '../jobs/jobs.ts';

const at = (text: string) => new Date(text);

describe('firing', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    for (const table of ['job', 'execution', 'work']) await services.database.pool.query(`DELETE FROM ${table}`);
    accountId = (await testAccount(services, { timezone: 'UTC' })).id;
  });

  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const nextDueOf = async (jobId: number) =>
    (await query('SELECT next_due_at FROM job WHERE id = ?', [jobId]))[0]?.next_due_at;

  it('makes one pending execution with its work, and moves the due time on', async () => {
    const connector = await addConnector(services, accountId, 'nightly calls');
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z'), connectors: [connector] });
    expect(await fireDueJobs(services, at('2026-12-01T02:29:59Z'))).to.equal(0);
    expect(await fireDueJobs(services, at('2026-12-01T02:30:00Z'))).to.equal(1);
    expect(await fireDueJobs(services, at('2026-12-01T02:30:01Z'))).to.equal(0);
    const [execution] = await executionsOf(services, job);
    expect(execution).to.deep.include({ status: 'pending', trigger_kind: 'schedule', note: null });
    expect(JSON.parse(execution?.connector_names)).to.deep.equal(['nightly calls']);
    expect(execution?.due_at).to.deep.equal(at('2026-12-01T02:30:00Z'));
    expect(await query('SELECT subject FROM work')).to.deep.equal([{ subject: execution?.id }]);
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-02T02:30:00Z'));
  });

  it('fires a one-time job once and for good', async () => {
    const schedule = { frequency: 'one_time', at: '2026-12-01T09:00' };
    const job = await addJob(services, { accountId, schedule });
    await planJobs(services, at('2026-11-30T00:00:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-01T09:00:00Z'));
    await fireDueJobs(services, at('2026-12-01T09:00:00Z'));
    await planJobs(services, at('2026-12-01T09:00:01Z'));
    expect(await nextDueOf(job)).to.equal(null);
    expect(await executionsOf(services, job)).to.have.length(1);
  });

  it('leaves disabled and deleted jobs alone', async () => {
    await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await query('UPDATE job SET is_enabled = FALSE ORDER BY id LIMIT 1');
    await query('UPDATE job SET deleted_at = NOW(3) ORDER BY id DESC LIMIT 1');
    expect(await fireDueJobs(services, at('2026-12-05T00:00:00Z'))).to.equal(0);
  });

  it('catches up once after a downtime, for the latest time missed, and says so', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    expect(await fireDueJobs(services, at('2026-12-04T12:00:00Z'))).to.equal(1);
    const executions = await executionsOf(services, job);
    expect(executions).to.have.length(1);
    expect(executions[0]).to.deep.include({
      trigger_kind: 'catch_up',
      note: 'caught up: this run stands for 3 earlier due times missed as well',
    });
    expect(executions[0]?.due_at).to.deep.equal(at('2026-12-04T02:30:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-05T02:30:00Z'));
  });

  it('makes the last run of a schedule that ended during the downtime, and of a one-time job, and none after it', async () => {
    const ended = { frequency: 'daily', at: '02:30', end_date: '2026-12-02' };
    const once = { frequency: 'one_time', at: '2026-12-01T02:30' };
    for (const [schedule, latest, note] of [
      [ended, '2026-12-02T02:30:00Z', /stands for 1 earlier due time missed/],
      [once, '2026-12-01T02:30:00Z', /its time passed while nothing was running/],
    ] as const) {
      const job = await addJob(services, { accountId, schedule, nextDueAt: at('2026-12-01T02:30:00Z') });
      await fireDueJobs(services, at('2026-12-24T12:00:00Z'));
      const executions = await executionsOf(services, job);
      expect(executions.map(({ due_at }) => due_at)).to.deep.equal([at(latest)]);
      expect(executions[0]?.trigger_kind).to.equal('catch_up');
      expect(executions[0]?.note).to.match(note);
      expect(await nextDueOf(job)).to.equal(null);
      await planJobs(services, at('2026-12-24T12:00:01Z'));
      expect(await nextDueOf(job)).to.equal(null);
    }
  });

  it('fires nothing twice when a save that began before puts the old due time back', async () => {
    const schedule = { frequency: 'every', minutes: 10, overlap: 'queue' };
    const job = await addJob(services, { accountId, schedule, nextDueAt: at('2026-12-01T02:00:00Z') });
    for (const now of ['2026-12-01T02:00:00Z', '2026-12-01T02:05:00Z']) {
      await fireDueJobs(services, at(now));
      await query('UPDATE job SET next_due_at = ? WHERE id = ?', [at('2026-12-01T02:00:00Z'), job]);
    }
    await fireDueJobs(services, at('2026-12-01T02:06:00Z'));
    expect(await executionsOf(services, job)).to.have.length(1);
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-01T02:10:00Z'));
  });

  it('catches up a month of every-minute times in one execution', async () => {
    const schedule = { frequency: 'every', minutes: 1 };
    const job = await addJob(services, { accountId, schedule, nextDueAt: at('2026-11-01T00:00:00Z') });
    await fireDueJobs(services, at('2026-12-01T00:00:30Z'));
    expect((await executionsOf(services, job))[0]?.note).to.contain('more than 10000 earlier due times');
  });

  it('skips a run while the one before has not ended, and says so in the history', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await fireDueJobs(services, at('2026-12-01T02:30:00Z'));
    await fireDueJobs(services, at('2026-12-02T02:30:00Z'));
    const [, skipped] = await executionsOf(services, job);
    expect(skipped).to.deep.include({ status: 'cancelled', note: 'skipped: the run before had not ended' });
    expect(skipped?.ended_at).to.be.instanceOf(Date);
    expect(await query('SELECT 1 FROM work')).to.have.length(1);
  });

  it('says of a catch-up that it is skipped, and what it would have stood for', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await fireDueJobs(services, at('2026-12-01T02:30:00Z'));
    await fireDueJobs(services, at('2026-12-04T12:00:00Z'));
    expect((await executionsOf(services, job))[1]).to.deep.include({
      status: 'cancelled',
      trigger_kind: 'catch_up',
      note: 'skipped: the run before had not ended; 2 earlier due times were missed as well',
    });
  });

  it('queues it instead where the job asks for that', async () => {
    const schedule = { frequency: 'daily', overlap: 'queue' };
    const job = await addJob(services, { accountId, schedule, nextDueAt: at('2026-12-01T02:30:00Z') });
    await fireDueJobs(services, at('2026-12-01T02:30:00Z'));
    await fireDueJobs(services, at('2026-12-02T02:30:00Z'));
    const executions = await executionsOf(services, job);
    expect(executions.map(({ status }) => status)).to.deep.equal(['pending', 'pending']);
    expect(executions.map(({ note }) => note)).to.deep.equal([
      null,
      'queued: the run before had not ended when it was due',
    ]);
  });

  it('queues a run behind a retry and behind days that are read again, which do not do its work, and no more than one', async () => {
    for (const others of ['retry_of = id', 'range_from = NOW(3), range_to = NOW(3)']) {
      const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
      await fireDueJobs(services, at('2026-12-01T02:30:00Z'));
      await query(`UPDATE execution SET ${others}, due_at = NULL, status = 'processing' WHERE job_id = ?`, [job]);
      for (const day of [2, 3]) await fireDueJobs(services, at(`2026-12-0${day}T02:30:00Z`));
      const [, queued, skipped] = await executionsOf(services, job);
      expect(queued).to.deep.include({
        status: 'pending',
        note: 'queued: a retry, or days that were read again, had not ended when it was due',
      });
      expect(skipped).to.deep.include({ status: 'cancelled', note: 'skipped: the run before had not ended' });
      expect(await query('SELECT 1 FROM work WHERE subject = ?', [queued?.id])).to.have.length(1);
    }
  });

  it('does not run a due time again when the schedule is edited back to it', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await fireDueJobs(services, at('2026-12-01T02:30:00Z'));
    await query("UPDATE execution SET status = 'success'");
    await query('UPDATE job SET next_due_at = ?', [at('2026-12-01T02:30:00Z')]);
    expect(await fireDueJobs(services, at('2026-12-01T02:30:01Z'))).to.equal(0);
    expect(await executionsOf(services, job)).to.have.length(1);
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-02T02:30:00Z'));
  });

  it('makes the run that is owed where the zone is known no more, and says why there is no next one', async () => {
    const broken = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:00:00Z') });
    await query('UPDATE job SET schedule = ? WHERE id = ?', [
      '{"frequency":"daily","at":"02:30","timezone":"No/Where","end_date":"never"}',
      broken,
    ]);
    await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    expect(await fireDueJobs(services, at('2026-12-01T02:30:00Z'))).to.equal(2);
    const [execution] = await executionsOf(services, broken);
    expect(execution?.note).to.match(/the last due time until the job is edited: "No\/Where" is not a time zone/);
    expect(await nextDueOf(broken)).to.equal(null);
    await planJobs(services, at('2026-12-01T02:30:00Z'));
    expect(await fireDueJobs(services, at('2026-12-03T00:00:00Z'))).to.equal(1);
  });

  it('counts missed times up to ten thousand', async () => {
    const schedule = { frequency: 'cron', expression: '* * * * *' };
    const job = await addJob(services, { accountId, schedule, nextDueAt: at('2026-01-01T00:00:00Z') });
    await fireDueJobs(services, at('2026-03-01T00:00:30Z'));
    expect((await executionsOf(services, job))[0]).to.deep.include({
      due_at: at('2026-03-01T00:00:00Z'),
      note: 'caught up: this run stands for more than 10000 earlier due times missed as well',
    });
  });

  it('goes by the schedule as it is when the job is locked, not as it was when it was found', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    const [found] = await dueJobs(services.database.pool, at('2026-12-01T02:30:00Z'), 10);
    await query('UPDATE job SET schedule = ? WHERE id = ?', [
      JSON.stringify(scheduleSchema.parse({ frequency: 'every', minutes: 7 })),
      job,
    ]);
    const locked = await transaction(services.database.pool, (connection) =>
      lockDueJob(connection, job, found?.nextDueAt ?? new Date(0)),
    );
    expect(locked?.schedule).to.deep.include({ frequency: 'every', minutes: 7 });
  });

  it('fires each due time exactly once when two schedulers race over a thousand of them', async () => {
    const other = await openServices(settingsOf(services));
    const schedule = { frequency: 'every', minutes: 1, overlap: 'queue' };
    const first = at('2026-12-01T00:00:00Z').getTime();
    const jobs = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        addJob(services, { accountId, name: `racer ${index}`, schedule, nextDueAt: new Date(first) }),
      ),
    );
    let fired = 0;
    for (let minute = 0; minute < 50; minute++) {
      const now = new Date(first + minute * 60_000);
      const counts = await Promise.all([services, other, other].map((each) => fireDueJobs(each, now)));
      fired += counts.reduce((sum, count) => sum + count, 0);
      // Whoever came second may have left a locked job to the first; nothing may be left when both are done.
      fired += await fireDueJobs(services, now);
    }
    await other.close();
    expect(jobs).to.have.length(20);
    expect(fired).to.equal(1000);
    const [sum] = await query('SELECT COUNT(*) AS made, COUNT(DISTINCT job_id, due_at) AS times FROM execution');
    expect(sum).to.deep.equal({ made: 1000, times: 1000 });
  });
});

describe('the scheduler', () => {
  let services: Services;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  it('fires a due job by itself at its time, and a job that was added while it slept', async () => {
    const account = await testAccount(services, { timezone: 'UTC' });
    const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
    const schedule = { frequency: 'one_time', at: due.toISOString().slice(0, 19) };
    const job = await addJob(services, { accountId: account.id, schedule, nextDueAt: due });
    const scheduler = startScheduler(services, { sweepMs: 60_000 });
    const [execution] = await eventually('fired', async () => {
      const executions = await executionsOf(services, job);
      return executions.length > 0 && executions;
    });
    expect(execution?.due_at).to.deep.equal(due);
    expect(Date.now()).to.be.at.least(due.getTime());
    const added = await addJob(services, { accountId: account.id, schedule, nextDueAt: new Date() });
    await scheduler.refresh();
    expect(await executionsOf(services, added)).to.have.length(1);
    await scheduler.stop();
  });
});
