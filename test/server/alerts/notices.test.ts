import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { listNotices } from '../../../db/queries/alert-notices.ts';
import { noticeHandler } from '../../../server/alerts/notices.ts';
import { type MailLimits, mailLimits } from '../../../server/alerts/quota.ts';
import { openMailer } from '../../../server/email/mailer.ts';
import type { Services } from '../../../server/services.ts';
import { type Serving, serve } from '../../../server/worker/serve.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testAccount, testServices, withLease } from '../../harness/services.ts';
import { notVerified, openSesServer, type SesServer, throttled } from '../email/ses-server.ts';
import { addJob } from '../jobs/jobs.ts';
import { failed, mailsOf, runEnds, setAlerts, succeeded } from './alerting.ts';

const emailFrom = 'alerts@cqa.example';

describe('the mails about alerts', () => {
  let services: Services;
  let ses: SesServer;
  let accountId: number;
  let servings: Serving[] = [];
  let child: ChildProcess | undefined;

  before(async () => {
    services = await testServices({ leaseSeconds: 2, publicUrl: 'https://cqa.example.test' });
  });
  after(() => services.close());
  beforeEach(async () => {
    ses = await openSesServer();
    accountId = (await testAccount(services)).id;
    await setAlerts(services, accountId, { emails: ['ada@example.test'] });
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await stop();
    await ses.close();
    await services.database.pool.query('DELETE FROM work');
  });

  function start(limits: MailLimits = mailLimits, workers = 1): void {
    const mailer = openMailer({ emailFrom }, ses.settings);
    for (let n = 0; n < workers; n++)
      servings.push(serve(withLease(services, 60), [noticeHandler(services, { mailer, limits })], { pollMs: 20 }));
  }

  async function stop(): Promise<void> {
    for (const serving of servings) await serving.stop({ finishMs: 100 });
    servings = [];
  }

  const jobNamed = (name: string) => addJob(services, { accountId, name });
  const fails = (job: number) => runEnds(services, accountId, job, failed);
  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const waiting = async () => (await query("SELECT 1 FROM work WHERE kind = 'notify'")).length;
  const states = async () => (await mailsOf(services, accountId)).map(({ status }) => status);
  const sentCount = (count: number) => eventually(`${count} mails`, () => Promise.resolve(ses.sent.length === count));

  let floodJobs = 0;
  async function floods(jobs: number): Promise<string[]> {
    const names = Array.from({ length: jobs }, () => `flood ${++floodJobs}`);
    for (const name of names) await fails(await jobNamed(name));
    return names;
  }

  /** How often each is told of, over all mails. */
  const tellings = (names: string[]) =>
    names.map((name) => ses.sent.filter(({ text }) => text.includes(`"${name}" could not import`)).length);

  it('say what happened to which job of which account, what to do, and where to look, as text and as HTML', async () => {
    const job = await jobNamed('Nightly <Köln>');
    await fails(job);
    start();
    await sentCount(1);
    const [mail] = ses.sent;
    expect(mail).to.deep.include({ from: emailFrom, to: ['ada@example.test'] });
    expect(mail?.subject).to.match(/^Account \d+: "Nightly <Köln>" failed$/);
    const [{ id } = { id: '' }] = await query('SELECT LOWER(HEX(execution_id)) AS id FROM alert WHERE job_id = ?', [
      job,
    ]);
    const link = `https://cqa.example.test/executions/${id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
    for (const form of [mail?.text, mail?.html]) {
      expect(form).to.contain('Enter the right one.');
      expect(form).to.contain('What to do: ');
      expect(form).to.contain(link);
      expect(form).to.contain('https://cqa.example.test/settings/alerts');
    }
    expect(mail?.html).to.contain('Nightly &lt;Köln&gt;').and.not.to.contain('<Köln>');
    await runEnds(services, accountId, job, succeeded);
    await sentCount(2);
    expect(ses.sent[1]?.subject).to.match(/"Nightly <Köln>" works again$/);
    expect(ses.sent[1]?.text).to.contain('There is nothing to do.');
  });

  it('of one job that fails five hundred times are one', async () => {
    const job = await jobNamed('often');
    for (let run = 0; run < 500; run++) await fails(job);
    start();
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.sent).to.have.length(1);
  });

  it('of two hundred jobs that fail at once are twenty, the last of which tells of all the others', async () => {
    const names = await floods(200);
    start({ ...mailLimits, gatherMs: 50 }, 2);
    await sentCount(20);
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.sent).to.have.length(20);
    expect(tellings(names)).to.deep.equal(names.map(() => 1));
    const digest = ses.sent.find(({ subject }) => /: 181 alerts \(181 failed\)$/.test(subject));
    expect(digest?.text).to.contain('https://cqa.example.test/alerts');
    expect((await states()).filter((state) => state === 'merged')).to.have.length(180);
  });

  it('that come when the hour has had its twenty wait for the next, and go as one', async () => {
    await floods(20);
    start({ ...mailLimits, gatherMs: 10 });
    await sentCount(20);
    const late = await floods(7);
    // Each is held before its work is put off.
    const putOff = "SELECT 1 FROM work WHERE kind = 'notify' AND run_after > NOW(3) + INTERVAL 10 MINUTE";
    await eventually('all are put off', async () => (await query(putOff)).length === 7);
    expect((await states()).filter((state) => state === 'held')).to.have.length(7);
    expect(ses.sent).to.have.length(20);
    await query('UPDATE alert_notice SET sent_at = sent_at - INTERVAL 61 MINUTE WHERE sent_at IS NOT NULL');
    await query("UPDATE work SET run_after = NOW(3) WHERE kind = 'notify'");
    await sentCount(21);
    expect(ses.sent[20]?.subject).to.match(/: 7 alerts \(7 failed\)$/);
    expect(tellings(late)).to.deep.equal(late.map(() => 1));
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.sent).to.have.length(21);
  });

  it('of one account do not hold up those of another', async () => {
    await floods(30);
    const other = (await testAccount(services)).id;
    await setAlerts(services, other, { emails: ['eve@example.test'] });
    start();
    await sentCount(19);
    await runEnds(services, other, await addJob(services, { accountId: other }), failed);
    await eventually('eve is told', () => Promise.resolve(ses.sent.some(({ to }) => to.includes('eve@example.test'))));
  });

  it('reach those who may be written to, also where SES refuses another one of them', async () => {
    await setAlerts(services, accountId, { emails: ['ada@example.test', 'bob@example.test', 'cy@example.test'] });
    ses.verified = new Set(['ada@example.test', 'cy@example.test']);
    await fails(await jobNamed('sandboxed'));
    start();
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.sent.map(({ to }) => to)).to.have.deep.members([['ada@example.test'], ['cy@example.test']]);
    const shown = await listNotices(services.database.pool, accountId);
    const refused = shown.find(({ status }) => status === 'failed');
    expect(shown).to.have.length(3);
    expect(refused?.recipients).to.deep.equal(['bob@example.test']);
    expect(refused?.failure).to.match(/does not send to bob@example\.test: .*sandbox/);
  });

  it('that SES throttles are sent later, once', async () => {
    ses.refuse(throttled, throttled);
    await fails(await jobNamed('throttled'));
    start();
    await eventually('it has been tried', () => Promise.resolve(ses.calls === 1));
    await eventually(
      'it waits',
      async () => (await query('SELECT 1 FROM work WHERE last_error IS NOT NULL')).length > 0,
    );
    await sentCount(1);
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.calls).to.equal(3);
    expect(await states()).to.deep.equal(['sent']);
    expect(ses.sent[0]?.text).not.to.contain('twice');
  });

  const tryAgainNow = () => query("UPDATE work SET run_after = NOW(3) WHERE kind = 'notify'");

  it('are kept while SES is away, say why they wait, and go as one when it is back', async () => {
    const names = await floods(12);
    ses.refuse(...Array.from({ length: 36 }, () => (response: ServerResponse) => response.destroy()));
    start();
    const shown = () => listNotices(services.database.pool, accountId);
    await eventually('all were tried', async () =>
      (await states()).every((state) => state === 'held' || state === 'merged'),
    );
    expect((await shown()).map(({ failure }) => failure)).to.satisfy((failures: string[]) =>
      failures.every((failure) => failure.includes('cannot be reached')),
    );
    expect(ses.sent).to.deep.equal([]);
    // As many hours as it takes: nothing of the hour's twenty is used up by what was not sent.
    await query('UPDATE alert_notice SET created_at = created_at - INTERVAL 5 HOUR');
    // Nobody works meanwhile: a try between what was there and what comes would tell of the first by itself.
    await stop();
    ses.refuse();
    const more = await floods(2);
    await tryAgainNow();
    start();
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.sent).to.have.length(1);
    expect(ses.sent[0]?.subject).to.match(/: 14 alerts \(14 failed\)$/);
    expect(tellings([...names, ...more])).to.deep.equal([...names, ...more].map(() => 1));
    expect((await shown()).map(({ status, failure }) => [status, failure])).to.deep.equal([['sent', null]]);
  });

  it('are given up after a day of it, and the alert says that its mail did not arrive', async () => {
    await fails(await jobNamed('unsent'));
    ses.refuse((response) => void response.destroy());
    await query("UPDATE work SET attempts = 299 WHERE kind = 'notify'");
    start();
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(await states()).to.deep.equal(['failed']);
    const [alert] = await listOpenAlerts(services.database.pool, accountId);
    expect(alert?.refusal).to.contain('Amazon SES cannot be reached');
  });

  it('that SES refuses for good are not tried again, and the reason is shown', async () => {
    ses.refuse(notVerified([emailFrom]));
    await fails(await jobNamed('refused'));
    start();
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.calls).to.equal(1);
    const [shown] = await listNotices(services.database.pool, accountId);
    expect(shown?.failure).to.contain('CQA_EMAIL_FROM');
    const [alert] = await listOpenAlerts(services.database.pool, accountId);
    expect(alert?.refusal).to.equal(shown?.failure);
  });

  it('are said to be not configured where no sender is set', async () => {
    await fails(await jobNamed('unconfigured'));
    servings.push(serve(withLease(services, 60), [noticeHandler(services, { mailer: undefined })], { pollMs: 20 }));
    await eventually('nothing waits', async () => (await waiting()) === 0);
    const [shown] = await listNotices(services.database.pool, accountId);
    expect(shown?.failure).to.contain('Email is not configured');
  });

  it('are sent also where the program was killed right after the run had ended', async () => {
    const jobId = await jobNamed('killed after the commit');
    await run({ fails: { accountId, jobId } });
    expect(ses.calls).to.equal(0);
    expect(await states()).to.deep.equal(['waiting']);
    start();
    await sentCount(1);
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.sent[0]?.subject).to.contain('"killed after the commit" failed');
  });

  it('are sent again where the program was killed before SES had answered', async () => {
    await fails(await jobNamed('killed while sending'));
    ses.refuse(() => void child?.kill('SIGKILL'));
    await run({});
    expect(await states()).to.deep.equal(['sending']);
    start();
    await sentCount(1);
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(await states()).to.deep.equal(['sent']);
  });

  it('are sent once more, and no more than that, where the program was killed after SES had taken one', async () => {
    await fails(await jobNamed('killed after sending'));
    ses.refuse((response) => {
      child?.once('exit', () => response.destroy());
      child?.kill('SIGKILL');
    });
    await run({});
    start({ ...mailLimits }, 2);
    await sentCount(1);
    await eventually('nothing waits', async () => (await waiting()) === 0);
    expect(ses.calls).to.equal(2);
    for (const form of [ses.sent[0]?.text, ses.sent[0]?.html]) expect(form).to.contain('you may have it twice');
  });

  /** Until it is dead. */
  async function run(task: object): Promise<void> {
    const settings = settingsOf(services);
    const input = JSON.stringify({ settings, ses: ses.settings, ...task });
    child = fork(new URL('./child.js', import.meta.url), [input], { silent: true });
    await once(child, 'exit');
  }
});
