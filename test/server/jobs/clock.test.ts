import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { uuidText } from '../../../db/uuid.ts';
import { setAccount } from '../../../server/accounts/accounts.ts';
import { setJobEnabled } from '../../../server/configuration/jobs.ts';
import { saveJob } from '../../../server/configuration/jobs-save.ts';
import { startScheduler } from '../../../server/jobs/scheduler.ts';
import { fireDueJobs, planJobs } from '../../../server/schedule/fire.ts';
import { nextDue } from '../../../server/schedule/schedule.ts';
import type { Services } from '../../../server/services.ts';
import { scheduleSchema } from '../../../shared/job.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob, executionsOf } from './jobs.ts';

const at = (text: string) => new Date(text);
const dayMs = 24 * 3_600_000;

describe('due times when clocks and zones change', () => {
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
  const nextDueOf = async (jobId: number): Promise<Date | null> =>
    (await query('SELECT next_due_at FROM job WHERE id = ?', [jobId]))[0]?.next_due_at;
  const uidOf = async (jobId: number) => uuidText((await query('SELECT uid FROM job WHERE id = ?', [jobId]))[0]?.uid);
  const databaseTime = async (): Promise<Date> => (await query('SELECT NOW(3) AS now'))[0]?.now;

  it('follow the account’s zone, and what a newer Node.js knows of a zone', async () => {
    const daily = { frequency: 'daily', at: '02:30' };
    const job = await addJob(services, { accountId, schedule: daily, nextDueAt: at('2026-12-02T02:30:00Z') });
    await query("UPDATE account SET timezone = 'Asia/Kolkata' WHERE id = ?", [accountId]);
    await planJobs(services, at('2026-12-01T12:00:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-01T21:00:00Z'));
  });

  it('follow the account’s zone as soon as it is changed', async () => {
    const daily = { frequency: 'daily', at: '02:30' };
    const job = await addJob(services, { accountId, schedule: daily, nextDueAt: at('2126-12-02T02:30:00Z') });
    const other = await testAccount(services, { timezone: 'UTC' });
    const others = await addJob(services, {
      accountId: other.id,
      schedule: daily,
      nextDueAt: at('2126-12-02T02:30:00Z'),
    });
    const [account] = await query('SELECT uid FROM account WHERE id = ?', [accountId]);
    await setAccount(services, uuidText(account?.uid), { timezone: 'Asia/Kolkata' });
    expect(await nextDueOf(job)).to.deep.equal(
      nextDue(scheduleSchema.parse(daily), 'Asia/Kolkata', await databaseTime()),
    );
    expect(await nextDueOf(others)).to.deep.equal(at('2126-12-02T02:30:00Z'));
  });

  it('stay owed when they are reckoned again', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await planJobs(services, at('2026-12-01T02:30:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-01T02:30:00Z'));
  });

  it('come back after a clock that was a year ahead has been set', async () => {
    const job = await addJob(services, { accountId, nextDueAt: at('2026-12-01T02:30:00Z') });
    await fireDueJobs(services, at('2027-12-01T03:00:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2027-12-02T02:30:00Z'));
    await planJobs(services, at('2026-12-01T12:00:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-02T02:30:00Z'));
    expect(await fireDueJobs(services, at('2026-12-02T02:30:00Z'))).to.equal(1);
  });

  it('are not run twice when the clock is set back over them', async () => {
    const schedule = { frequency: 'every', minutes: 10, overlap: 'queue' };
    const job = await addJob(services, { accountId, schedule, nextDueAt: at('2026-12-01T02:00:00Z') });
    const hour = Array.from(
      { length: 6 },
      (_, index) => new Date(Date.parse('2026-12-01T02:00:00Z') + index * 600_000),
    );
    for (const now of hour) await fireDueJobs(services, now);
    await planJobs(services, at('2026-12-01T01:55:00Z'));
    expect(await nextDueOf(job)).to.deep.equal(at('2026-12-01T02:00:00Z'));
    for (const now of hour) expect(await fireDueJobs(services, now)).to.equal(0);
    expect(await fireDueJobs(services, at('2026-12-01T03:00:00Z'))).to.equal(1);
    expect(await executionsOf(services, job)).to.have.length(7);
  });

  it('that passed while a job was disabled are not made up for', async () => {
    const schedule = { frequency: 'every', minutes: 1, overlap: 'queue' };
    const job = await addJob(services, { accountId, schedule, nextDueAt: new Date(Date.now() - 3 * dayMs) });
    await setJobEnabled(services, accountId, await uidOf(job), false);
    expect(await nextDueOf(job)).to.equal(null);
    const enabledAt = await databaseTime();
    await setJobEnabled(services, accountId, await uidOf(job), true);
    expect((await nextDueOf(job))?.getTime()).to.be.greaterThan(enabledAt.getTime());
    await planJobs(services, enabledAt);
    expect(await fireDueJobs(services, enabledAt)).to.equal(0);
  });

  it('stay owed when the job is saved under another name, and go with a schedule that is another one', async () => {
    await addConnector(services, accountId, 'calls');
    const job = { name: 'first', type: 'data_import', connectors: ['calls'], schedule: { frequency: 'daily' } };
    const { uid } = await saveJob(services, accountId, job, { by: 'test', create: true });
    const owed = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);
    await query('UPDATE job SET next_due_at = ? WHERE account_id = ?', [owed, accountId]);
    const saved = async (change: object) => {
      await saveJob(services, accountId, { ...job, ...change }, { by: 'test', uid });
      return (await query('SELECT next_due_at FROM job WHERE account_id = ?', [accountId]))[0]?.next_due_at;
    };
    expect(await saved({ name: 'second' })).to.deep.equal(owed);
    const later = await saved({ name: 'second', schedule: { frequency: 'cron', expression: '@hourly' } });
    expect(later.getTime()).to.be.greaterThan(Date.now() - 60_000);
  });

  it('of a schedule that means nothing are refused when it is saved, also for a disabled job', async () => {
    await addConnector(services, accountId, 'calls');
    const schedule = { frequency: 'cron', expression: '61 * * * *' };
    const job = { name: 'odd', type: 'data_import', connectors: ['calls'], schedule, is_enabled: false };
    const refusal = await saveJob(services, accountId, job, { by: 'test', create: true }).catch((error) => error);
    expect(refusal).to.include({ code: 'invalid', field: 'schedule.expression' });
  });

  it('two months away do not wake the scheduler at once', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    const oneTime = (ms: number) => ({ frequency: 'one_time', at: new Date(ms).toISOString().slice(0, 19) });
    const far = await addJob(services, { accountId, schedule: oneTime(Date.now() + 60 * dayMs) });
    const scheduler = startScheduler(services, { sweepMs: 600_000 });
    await scheduler.refresh();
    const nearMs = Math.ceil(Date.now() / 1000) * 1000 + 1_000;
    const near = await addJob(services, { accountId, schedule: oneTime(nearMs), nextDueAt: new Date(nearMs) });
    await scheduler.refresh();
    await eventually('the near one fired', async () => (await executionsOf(services, near)).length > 0);
    await scheduler.stop();
    process.off('warning', warned);
    expect(await executionsOf(services, far)).to.deep.equal([]);
    expect(warnings).to.deep.equal([]);
  });
});

describe('a scheduler on a machine with a wrong clock', () => {
  let services: Services;
  let child: ChildProcess | undefined;

  before(async () => {
    services = await testServices();
  });
  afterEach(async () => {
    if (!child) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
    child = undefined;
  });
  after(() => services.close());

  const program = new URL('./wrong-clock-process.js', import.meta.url);
  for (const [shown, shiftMs] of [
    ['a day ahead', dayMs],
    ['a day behind', -dayMs],
  ] as const)
    it(`fires by the database’s clock when its own is ${shown}`, async () => {
      const { id: accountId } = await testAccount(services, { timezone: 'UTC' });
      const oneTime = (ms: number) => ({ frequency: 'one_time', at: new Date(ms).toISOString().slice(0, 19) });
      child = fork(program, [JSON.stringify(settingsOf(services)), String(shiftMs)]);
      await once(child, 'message');
      const add = (ms: number) => addJob(services, { accountId, schedule: oneTime(ms), nextDueAt: new Date(ms) });
      const later = await add(Math.floor((Date.now() + dayMs / 2) / 1000) * 1000);
      const dueAt = Math.ceil(Date.now() / 1000) * 1000 + 2_000;
      const soon = await add(dueAt);
      const [execution] = await eventually('fired', async () => {
        const executions = await executionsOf(services, soon);
        return executions.length > 0 && executions;
      });
      expect(execution?.due_at).to.deep.equal(new Date(dueAt));
      expect(execution?.created_at.getTime()).to.be.at.least(dueAt);
      expect(await executionsOf(services, later)).to.deep.equal([]);
    });
});
