import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cancelExecution } from '../../../../server/jobs/cancel.ts';
import { retryExecution } from '../../../../server/jobs/retry.ts';
import type { Services } from '../../../../server/services.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount, testServices } from '../../../harness/services.ts';
import { useSes } from '../../../harness/ses.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { notVerified, openSesServer, type SesServer, throttled } from '../../email/ses-server.ts';
import { linesOf, Runs, sftpConfig } from '../../jobs/runs.ts';
import { seedProfile } from '../../reports/seed.ts';
import { from, seedReadable } from './mail-kit.ts';

describe('a report by email where Amazon SES refuses', () => {
  let services: Services;
  let sshd: Sshd;
  let runs: Runs;
  let ses: SesServer;
  let restore: () => void;

  before(async () => {
    sshd = await startSshd();
    services = await testServices({ emailFrom: from });
  });
  after(async () => {
    await sshd.stop();
    await services.close();
  });
  beforeEach(async () => {
    for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name), { recursive: true });
    runs = new Runs(services, (await testAccount(services)).id);
    await seedProfile(services, runs.accountId, 'Basics', { Manual: { kind: 'manual' } });
    await seedReadable(runs, 1_500);
    ses = await openSesServer();
    restore = useSes(ses.settings.endpoint ?? '');
  });
  afterEach(async () => {
    await runs.stop();
    restore();
    await ses.close();
  });

  const emailTo = (name: string, address: string) => runs.connector(name, 'export', 'email', { address });
  const sftp = (name: string) => runs.connector(name, 'export', 'sftp', sftpConfig(sshd));

  it('ends as partial_success beside a file that arrived; a retry sends the mail alone, once', async () => {
    ses.verified = new Set();
    const job = await runs.job('scores', 'data_export', [
      await sftp('store'),
      await emailTo('boss', 'sandboxed@one.example'),
    ]);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'partial_success' });
    expect(first.error?.message).to.match(/^boss: Amazon SES does not send to sandboxed@one\.example: .*sandbox/);
    expect(ses.calls).to.equal(1);
    const [name = ''] = readdirSync(sshd.directory);
    const { mtimeMs } = statSync(join(sshd.directory, name));

    ses.verified.add('sandboxed@one.example');
    const again = await runs.ended(await retryExecution(services, runs.accountId, first.id, { by: 'ada' }));
    expect(again).to.deep.include({ status: 'success', counts: { rows: 1_500, parts: 1 } });
    expect(ses.sent.map(({ to }) => to)).to.deep.equal([['sandboxed@one.example']]);
    expect(statSync(join(sshd.directory, name)).mtimeMs).to.equal(mtimeMs);
    expect(again.deliveries.every(({ status }) => status === 'delivered')).to.equal(true);
    const refused = await retryExecution(services, runs.accountId, again.id, { by: 'ada' }).catch((e) => e);
    expect(refused).to.include({ code: 'conflict' });
    expect(ses.sent).to.have.length(1);
  });

  it('ends as delivery_failed where all destinations refuse; each of two addresses counts for itself', async () => {
    ses.refuse(notVerified(['reports@cqa.example']));
    const alone = await runs.run(
      await (async () => {
        runs.work();
        return runs.job('alone', 'data_export', [await emailTo('one', 'one@two.example')]);
      })(),
    );
    expect(alone).to.include({ status: 'delivery_failed' });
    expect(alone.error?.message).to.contain('does not send from reports@cqa.example: it is not verified');
    ses.verified = new Set(['one@two.example']);
    const job = await runs.job('scores', 'data_export', [
      (await runs.rows('SELECT id FROM connector WHERE account_id = ? AND name = ?', [runs.accountId, 'one']))[0]?.id,
      await emailTo('two', 'two@two.example'),
    ]);
    const shown = await runs.run(job);
    expect(shown).to.include({ status: 'partial_success' });
    const statuses = new Set(shown.deliveries.map(({ connector, status }) => `${connector} ${status}`));
    expect([...statuses].sort()).to.deep.equal(['one delivered', 'two failed']);
    expect(ses.sent.map(({ to }) => to)).to.deep.equal([['one@two.example']]);
  });

  it('waits and tries again where it is throttling, and sends one mail', async () => {
    ses.refuse(throttled, throttled);
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'slow@one.example')]);
    runs.work();
    const shown = await runs.run(job);
    expect(shown).to.include({ status: 'success' });
    expect(ses.calls).to.equal(3);
    expect(ses.sent).to.have.length(1);
    const warnings = linesOf(shown).filter((line) => line.startsWith('warn:'));
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.match(/The mail with 2 links could not be delivered to boss: .*attempt 2 of 3\.$/);
  });

  it('ends in words where it goes on throttling, and can be retried', async () => {
    ses.refuse(throttled, throttled, throttled);
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'slower@one.example')]);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'delivery_failed' });
    expect(first.error?.message).to.contain('too many were sent within a second');
    const again = await runs.ended(await retryExecution(services, runs.accountId, first.id, { by: 'ada' }));
    expect(again).to.include({ status: 'success' });
    expect(ses.sent).to.have.length(1);
  });

  it('tries once more where no answer comes, for it may have been sent, and no oftener', async () => {
    ses.refuse((response) => response.destroy());
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'maybe@one.example')]);
    runs.work();
    expect(await runs.run(job)).to.include({ status: 'success' });
    expect(ses.calls).to.equal(2);
    const destroying = (response: { destroy(): void }) => response.destroy();
    ses.refuse(destroying, destroying, destroying);
    const shown = await runs.run(job);
    expect(shown).to.include({ status: 'delivery_failed' });
    expect(shown.error?.message).to.match(/may have been sent\. Look whether it has come/);
    expect(ses.calls).to.equal(4);
  });

  it('is sent no more once it was cancelled between two attempts', async () => {
    ses.refuse(throttled);
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'never@one.example')]);
    runs.work({ retryMs: 60_000 });
    const id = await runs.trigger(job);
    await eventually('the wait', async () => {
      const said = await runs.rows("SELECT 1 FROM execution_log WHERE execution_id = ? AND level = 'warn'", [id]);
      return said.length > 0;
    });
    await cancelExecution(services, runs.accountId, id);
    expect(await runs.ended(id)).to.include({ status: 'cancelled' });
    expect(ses.sent).to.deep.equal([]);
  });

  it('is not sent where no sender is set, and says which setting it is', async () => {
    const { config } = services;
    config.emailFrom = undefined;
    try {
      const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'nobody@one.example')]);
      runs.work();
      const shown = await runs.run(job);
      expect(shown).to.include({ status: 'delivery_failed' });
      expect(shown.error?.message).to.contain('CQA_EMAIL_FROM');
    } finally {
      config.emailFrom = from;
    }
  });
});
