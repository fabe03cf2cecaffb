import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { dismissAlert } from '../../../db/queries/alerts.ts';
import { uuidText } from '../../../db/uuid.ts';
import { createApiKey } from '../../../server/accounts/api-keys.ts';
import { sealedJobAlerts } from '../../../server/alerts/settings.ts';
import { removeJob } from '../../../server/configuration/jobs.ts';
import { removeConnector } from '../../../server/configuration/removal.ts';
import type { Services } from '../../../server/services.ts';
import { type JobAlerts, jobAlertsSchema } from '../../../shared/alert.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from '../jobs/jobs.ts';
import { failed, mailsOf, runEnds, setAlerts, succeeded, toldOf } from './alerting.ts';

describe('what people are told of the end of a run', () => {
  let services: Services;
  let accountId: number;
  let job: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    job = await addJob(services, { accountId, name: `nightly ${accountId}` });
    await setAlerts(services, accountId, { emails: ['ada@example.test', 'bob@example.test'] });
  });

  const open = () => listOpenAlerts(services.database.pool, accountId);
  const told = () => toldOf(services, accountId);
  const ends = (end: Parameters<typeof runEnds>[3], jobId = job) => runEnds(services, accountId, jobId, end);
  const query = (sql: string, values: unknown[]) => services.database.pool.query<RowDataPacket[]>(sql, values);
  const hoursPass = (hours: number) =>
    query('UPDATE alert SET told_at = told_at - INTERVAL ? HOUR WHERE account_id = ?', [hours, accountId]);

  it('is a failure, once, with what happened and where; those that follow only count', async () => {
    const executions = [];
    for (let run = 0; run < 50; run++) executions.push(await ends(failed));
    const [mail, ...others] = await mailsOf(services, accountId);
    expect(others).to.deep.equal([]);
    expect(mail).to.deep.include({ status: 'waiting', recipients: ['ada@example.test', 'bob@example.test'] });
    expect(mail?.list).to.have.length(1);
    expect(mail?.list[0]).to.deep.include({ event: 'raised', kind: 'run_failed', count: 1 });
    expect(mail?.list[0]?.execution_id).to.equal(uuidText(executions[0] ?? Buffer.alloc(16)));
    expect(mail?.list[0]?.message).to.contain('refused the password of "cqa"');
    const [alert, ...more] = await open();
    expect(more).to.deep.equal([]);
    expect(alert).to.deep.include({ kind: 'run_failed', count: 50 });
    expect(alert?.execution_id).to.equal(uuidText(executions[49] ?? Buffer.alloc(16)));
    expect(alert?.job?.name).to.equal(`nightly ${accountId}`);
  });

  it('is said again when it still fails a day later, and no sooner', async () => {
    await ends(failed);
    await hoursPass(23);
    await ends(failed);
    expect(await told()).to.deep.equal(['raised run_failed']);
    await hoursPass(2);
    await ends(failed);
    await ends(failed);
    expect(await told()).to.deep.equal(['raised run_failed', 'reminder run_failed']);
  });

  it('is a recovery, once, whatever had gone wrong; and a failure after that is told anew', async () => {
    await ends(failed);
    await ends({ status: 'partial_success', note: '1 of 3 destinations did not take it' });
    await ends(succeeded);
    await ends(succeeded);
    expect(await told()).to.deep.equal(['raised run_failed', 'raised run_partial', 'resolved run_partial']);
    expect(await open()).to.deep.equal([]);
    await ends(failed);
    expect((await told()).at(-1)).to.equal('raised run_failed');
    expect((await open()).map(({ count }) => count)).to.deep.equal([1]);
  });

  it('is that it brought nothing where every row was rejected, though the connector accepts any number', async () => {
    const rows = { listed: 6_000, imported: 0, updated: 0, duplicate: 0, rejected: 6_000 };
    await ends({ status: 'success', rows });
    expect(await told()).to.deep.equal(['raised run_partial']);
    expect((await open())[0]?.message).to.match(/imported nothing: 6,000 rows came and every one was rejected/);
    await ends({ status: 'success', rows: { ...rows, imported: 1, rejected: 5_999 } });
    expect(await told()).to.deep.equal(['raised run_partial', 'resolved run_partial']);
  });

  it('is nothing where a run succeeds, or somebody cancelled it', async () => {
    await ends(succeeded);
    await ends({ status: 'cancelled' });
    await ends(failed);
    await ends({ status: 'cancelled' });
    expect(await told()).to.deep.equal(['raised run_failed']);
    expect(await open()).to.have.length(1);
  });

  it('is of each job by itself', async () => {
    const other = await addJob(services, { accountId });
    await ends(failed);
    await ends(failed, other);
    await ends(succeeded, other);
    expect(await told()).to.deep.equal(['raised run_failed', 'raised run_failed', 'resolved run_failed']);
    expect(await open()).to.have.length(1);
  });

  it('is only of the kinds that somebody wants; the console shows the others, too', async () => {
    await setAlerts(services, accountId, { emails: ['ada@example.test'], kinds: ['run_partial'], recovery: false });
    await ends(failed);
    await ends({ status: 'partial_success' });
    expect(await open()).to.have.length(2);
    await ends(succeeded);
    expect(await told()).to.deep.equal(['raised run_partial']);
  });

  it('is told to those whom the job names in the place of the account’s, or to nobody', async () => {
    const jobAlerts = (alerts: unknown) =>
      query('UPDATE job SET alerts = ? WHERE id = ?', [
        JSON.stringify(sealedJobAlerts(services.keyring, jobAlertsSchema.parse(alerts) as JobAlerts, null)),
        job,
      ]);
    await jobAlerts({ emails: ['owner@example.test'] });
    await ends(failed);
    expect((await mailsOf(services, accountId)).map(({ recipients }) => recipients)).to.deep.equal([
      ['owner@example.test'],
    ]);
    await ends(succeeded);
    await jobAlerts('off');
    await ends(failed);
    expect(await told()).to.deep.equal(['raised run_failed', 'resolved run_failed']);
    expect(await open()).to.have.length(1);
  });

  it('is nothing while nobody is named, and is told once somebody is', async () => {
    await setAlerts(services, accountId, {});
    await ends(failed);
    expect(await told()).to.deep.equal([]);
    await setAlerts(services, accountId, { emails: ['ada@example.test'] });
    await ends(failed);
    expect(await told()).to.deep.equal(['raised run_failed']);
  });

  it('goes to a webhook as well, by the outbox of webhooks, its secret sealed', async () => {
    await createApiKey(services, accountId, { name: 'middleware' }, 'test');
    const webhook = { url: 'https://hooks.example.test/alerts', secret: 'a secret of sixteen' };
    await setAlerts(services, accountId, { webhook });
    await ends(failed);
    await ends(succeeded);
    const [rows] = await query('SELECT * FROM webhook_delivery WHERE account_id = ? ORDER BY id', [accountId]);
    expect(rows.map(({ event }) => event)).to.deep.equal(['alert.raised', 'alert.resolved']);
    expect(rows.map(({ url }) => url)).to.deep.equal([webhook.url, webhook.url]);
    expect(JSON.stringify(rows)).not.to.contain(webhook.secret);
    const { data } = JSON.parse(rows[0]?.payload);
    expect(data).to.deep.include({ kind: 'run_failed', count: 1, isReminder: false, connector: null });
    expect(data.url).to.match(/\/executions\/[0-9a-f-]{36}$/);
    expect(await told()).to.deep.equal([]);
  });

  describe('that comes and goes', () => {
    const hourPasses = (hours = 1) =>
      query(
        `UPDATE alert SET last_at = last_at - INTERVAL ? MINUTE, begun_since = begun_since - INTERVAL ? MINUTE,
           told_at = told_at - INTERVAL ? MINUTE WHERE account_id = ?`,
        [hours * 60, hours * 60, hours * 60, accountId],
      );
    const flaps = async (times: number) => {
      for (let n = 0; n < times; n++) {
        await ends(failed);
        await ends(succeeded);
      }
    };
    const fiveTellings = [
      ...['raised run_failed', 'resolved run_failed', 'raised run_failed', 'resolved run_failed', 'raised run_failed'],
    ];

    it('is told five times however often it does, the last of which says so', async () => {
      await flaps(60);
      expect(await told()).to.deep.equal(fiveTellings);
      const last = (await mailsOf(services, accountId)).at(-1)?.list[0];
      expect(last?.message).to.match(
        /It comes and goes: .*once a day at most, and when it has been well for an hour\.$/,
      );
      expect(await open()).to.deep.equal([]);
    });

    it('is over once it has been well for an hour, and what begins after that is told as ever', async () => {
      await flaps(7);
      await hourPasses();
      await ends(succeeded);
      await ends(succeeded);
      expect(await told()).to.deep.equal([...fiveTellings, 'resolved run_failed']);
      await ends(failed);
      await ends(failed);
      expect((await told()).slice(6)).to.deep.equal(['raised run_failed']);
      expect((await open()).map(({ count }) => count)).to.deep.equal([2]);
    });

    it('is told again after a day, with how often it happened, also where it fails for good by then', async () => {
      await flaps(4);
      await ends(failed);
      await hourPasses(23);
      await ends(failed);
      expect(await told()).to.deep.equal(fiveTellings);
      await hourPasses(2);
      await ends(failed);
      expect((await told()).slice(5)).to.deep.equal(['reminder run_failed']);
      const [alert] = await open();
      expect(alert?.is_unsteady).to.equal(true);
      // Since the third beginning: that one, one more of the flapping, and three that followed.
      expect(alert?.count).to.equal(5);
    });

    it('is told each time where days lie between', async () => {
      for (let day = 0; day < 4; day++) {
        await flaps(1);
        await hourPasses(25);
      }
      expect(await told()).to.deep.equal([1, 2, 3, 4].flatMap(() => ['raised run_failed', 'resolved run_failed']));
    });

    it('is forgotten where somebody dismisses it', async () => {
      await flaps(3);
      await ends(failed);
      const [alert] = await open();
      await dismissAlert(services.database.pool, accountId, alert?.id ?? 0);
      await hourPasses();
      await ends(succeeded);
      expect(await told()).to.deep.equal(fiveTellings);
    });
  });

  it('counts every one of many runs that end at once, and tells each job’s once', async () => {
    const jobs: number[] = [];
    for (let n = 0; n < 20; n++) jobs.push(await addJob(services, { accountId, name: `at once ${n} ${accountId}` }));
    const runs = jobs.flatMap((each) => Array.from({ length: 10 }, () => each));
    const each = async () => {
      for (let next = runs.pop(); next !== undefined; next = runs.pop()) await ends(failed, next);
    };
    await Promise.all(Array.from({ length: 8 }, each));
    expect((await open()).map(({ count }) => count)).to.deep.equal(jobs.map(() => 10));
    expect(await told()).to.deep.equal(jobs.map(() => 'raised run_failed'));
  });

  it('goes by the job’s new name once it was renamed', async () => {
    await ends(failed);
    await query('UPDATE job SET name = ? WHERE id = ?', [`weekly ${accountId}`, job]);
    expect((await open())[0]?.job?.name).to.equal(`weekly ${accountId}`);
    await ends(succeeded);
    const recovery = (await mailsOf(services, accountId))[1]?.list[0];
    expect(recovery?.job?.name).to.equal(`weekly ${accountId}`);
    expect(recovery?.message).to.contain(`"weekly ${accountId}" has run with success again.`);
  });

  it('is nothing any more once the job is deleted, also of a run that ends after that', async () => {
    await ends(failed);
    const [alert] = await open();
    await removeJob(services, accountId, alert?.job?.uid ?? '');
    expect(await open()).to.deep.equal([]);
    await ends(failed);
    await ends(succeeded);
    expect(await told()).to.deep.equal(['raised run_failed']);
    const [rows] = await query('SELECT resolved_at FROM alert WHERE job_id = ?', [job]);
    expect(rows[0]?.resolved_at).to.be.instanceOf(Date);
  });

  it('is nothing any more once the job’s only connector is deleted', async () => {
    const connector = await addConnector(services, accountId, 'calls');
    const reading = await addJob(services, { accountId, connectors: [connector] });
    await ends(failed, reading);
    const [rows] = await query('SELECT uid FROM connector WHERE id = ?', [connector]);
    await removeConnector(services, accountId, uuidText(rows[0]?.uid));
    expect(await open()).to.deep.equal([]);
    const [alerts] = await query('SELECT resolved_at FROM alert WHERE job_id = ?', [reading]);
    expect(alerts[0]?.resolved_at).to.be.instanceOf(Date);
  });

  it('is of a system job as of any other', async () => {
    await query('UPDATE job SET is_system = TRUE WHERE id = ?', [job]);
    await ends(failed);
    await ends(succeeded);
    expect(await told()).to.deep.equal(['raised run_failed', 'resolved run_failed']);
  });

  it('is raised again by the next failure after somebody dismissed it', async () => {
    await ends(failed);
    const [alert] = await open();
    expect(await dismissAlert(services.database.pool, accountId, alert?.id ?? 0)).to.equal(true);
    expect(await open()).to.deep.equal([]);
    await ends(failed);
    expect(await open()).to.have.length(1);
  });

  it('never keeps a run from ending, also where the settings cannot be read', async () => {
    await query("UPDATE account SET alerts = '{' WHERE id = ?", [accountId]);
    const id = await ends(failed);
    const [rows] = await query('SELECT status FROM execution WHERE id = ?', [id]);
    expect(rows[0]?.status).to.equal('handler_failed');
  });

  it('leaves nothing behind where the end could not be written', async () => {
    const { transaction } = await import('../../../db/database.ts');
    const { alertsOfEnd } = await import('../../../server/alerts/execution-end.ts');
    const subject = await ends(succeeded);
    const undone = transaction(services.database.pool, async (connection) => {
      await alertsOfEnd(services, connection, { accountId, subject }, failed);
      throw new Error('the lease was lost');
    });
    expect(await undone.catch((error: Error) => error.message)).to.equal('the lease was lost');
    expect(await open()).to.deep.equal([]);
    expect(await told()).to.deep.equal([]);
  });
});
