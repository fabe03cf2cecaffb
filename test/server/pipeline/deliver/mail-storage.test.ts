import { expect } from 'chai';
import { listEndedCopies } from '../../../../db/queries/report-copies.ts';
import { cancelExecution } from '../../../../server/jobs/cancel.ts';
import { retryExecution } from '../../../../server/jobs/retry.ts';
import { removeEndedCopies } from '../../../../server/reports/ended-links.ts';
import { AppError } from '../../../../shared/error.ts';
import { eventually } from '../../../harness/eventually.ts';
import { testAccount } from '../../../harness/services.ts';
import { useSes } from '../../../harness/ses.ts';
import { notVerified, openSesServer, type SesServer, throttled } from '../../email/ses-server.ts';
import { linesOf, Runs } from '../../jobs/runs.ts';
import { seedProfile } from '../../reports/seed.ts';
import { type BucketStore, openBucket, setEnvironment } from '../../storage/stores.ts';
import { type Door, openDoor } from '../../web/door.ts';
import { dayMs, from, linksIn, rowsAt, seedReadable } from './mail-kit.ts';

describe('a report by email from storage on S3', () => {
  let store: BucketStore;
  let door: Door;
  let ses: SesServer;
  let runs: Runs;
  const undo: (() => void)[] = [];

  before(async () => {
    store = await openBucket();
    ses = await openSesServer();
    undo.push(useSes(ses.settings.endpoint ?? ''));
    door = await openDoor({ emailFrom: from, storageUrl: store.url });
    door.services.config.publicUrl = door.url;
  });
  after(async () => {
    await door.close();
    for (const step of undo.reverse()) step();
    await ses.close();
    await store.close();
  });
  beforeEach(async () => {
    ses.sent.length = 0;
    runs = new Runs(door.services, (await testAccount(door.services)).id);
    await seedProfile(door.services, runs.accountId, 'Basics', { Manual: { kind: 'manual' } });
    await seedReadable(runs, 1_200);
  });
  afterEach(() => runs.stop());

  const job = async (address: string) =>
    runs.job('scores', 'data_export', [await runs.connector('boss', 'export', 'email', { address })]);
  const copies = async () => (await store.keys()).filter((key) => key.startsWith(`report-links/${runs.accountId}/`));
  const linksSent = () => ses.sent.flatMap((mail) => linksIn(mail));

  it('has links that the bucket’s server answers, to plain copies; the report itself stays sealed', async () => {
    runs.work();
    const shown = await runs.run(await job('boss@s3.example'));
    expect(shown).to.deep.include({ status: 'success', counts: { rows: 1_200, parts: 2 } });
    const links = linksSent();
    expect(links.every((link) => link.startsWith(store.relay.url))).to.equal(true);
    expect((await Promise.all(links.map(rowsAt))).map(({ length }) => length)).to.deep.equal([1_000, 200]);
    expect(await copies()).to.have.length(2);
    const sealed = (await store.keys()).filter((key) => key.startsWith(`reports/${runs.accountId}/`));
    expect(sealed).to.have.length(2);
    for (const key of sealed) expect((await store.raw(key)).includes('final_score')).to.equal(false);
  });

  it('has links that end after seven days', async function () {
    if (!store.s3.checksCredentials) {
      console.log('      not tried: this server takes any signature');
      return this.skip();
    }
    runs.work({ now: () => new Date(Date.now() - 7.1 * dayMs) });
    await runs.run(await job('late@s3.example'));
    for (const link of linksSent()) expect((await fetch(link)).status).to.equal(403);
  });

  it('keeps its copies until the links end, and no longer', async () => {
    runs.work();
    await runs.run(await job('tidy@s3.example'));
    await removeEndedCopies(door.services, new Date(Date.now() + 6.9 * dayMs));
    expect(await copies()).to.have.length(2);
    for (const link of linksSent()) expect((await fetch(link)).status).to.equal(200);
    await removeEndedCopies(door.services, new Date(Date.now() + 7.1 * dayMs));
    expect(await copies()).to.deep.equal([]);
    for (const link of linksSent()) expect((await fetch(link)).status).to.equal(404);
    expect(await listEndedCopies(door.services.database.pool, new Date(Date.now() + 9 * dayMs), 10)).to.deep.equal([]);
  });

  it('keeps no copy for ever where the mail never went', async () => {
    runs.work({ retryMs: 1 });
    ses.refuse(throttled, throttled, throttled);
    expect(await runs.run(await job('busy@s3.example'))).to.include({ status: 'delivery_failed' });
    expect(await copies(), 'for a retry').to.have.length(2);
    await removeEndedCopies(door.services, new Date(Date.now() + 7.1 * dayMs));
    expect(await copies()).to.deep.equal([]);
  });

  it('of more links than a mail holds is refused in words before any copy is made or SES is asked', async () => {
    runs.work({ retryMs: 1 });
    ses.refuse(throttled, throttled, throttled);
    const { id } = await runs.run(await job('many@s3.example'));
    await removeEndedCopies(door.services, new Date(Date.now() + 7.1 * dayMs));
    const [like] = await runs.rows('SELECT * FROM report_part WHERE execution_id = ?', [id]);
    const more = Array.from({ length: 2_000 }, (_, index) => [
      ...[runs.accountId, id, 'mail', 3 + index],
      ...[like?.storage_key, 'x.csv', 1, 1, like?.sha256],
    ]);
    await runs.rows(
      `INSERT INTO report_part (account_id, execution_id, part_set, part, storage_key, file_name, row_count, byte_size, sha256)
         VALUES ${more.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')}`,
      more.flat(),
    );
    const asked = ses.calls;
    const again = await runs.ended(await retryExecution(door.services, runs.accountId, id, { by: 'ada@example.test' }));
    expect(again).to.include({ status: 'delivery_failed' });
    expect(again.error?.code).to.equal('invalid');
    expect(again.error?.message).to.contain(
      'The report has 2,002 files of at most 1,000 rows, and a mail holds 2,000 links',
    );
    expect(ses.calls).to.equal(asked);
    expect(await copies()).to.deep.equal([]);
  });

  it('has this program’s links where the storage’s would end with its credentials', async () => {
    const { storage } = door.services;
    const restore = setEnvironment({ AWS_SESSION_TOKEN: undefined });
    const facts = async () => ({ origin: store.relay.url, isLasting: false });
    const temporary = { ...storage, links: { publish: () => Promise.reject(new Error('not asked for')), facts } };
    const given = new Runs({ ...door.services, storage: temporary }, runs.accountId);
    try {
      given.work();
      expect(await given.run(await job('role@s3.example'))).to.include({ status: 'success' });
    } finally {
      await given.stop();
      restore();
    }
    const links = linksSent();
    expect(links.every((link) => link.startsWith(`${door.url}/d/`))).to.equal(true);
    expect(await rowsAt(links[0] ?? '')).to.have.length(1_000);
    expect(await copies()).to.deep.equal([]);
  });

  it('is tried as often as any other while the storage is slow, for Amazon SES was not even asked', async () => {
    const { storage } = door.services;
    const { links } = storage;
    if (!links) throw new Error('this storage gives no links');
    let slow = 2;
    const publish: typeof links.publish = (...asked) =>
      slow-- > 0
        ? Promise.reject(new AppError('host_timeout', 'The bucket has not answered in time.'))
        : links.publish(...asked);
    const given = new Runs({ ...door.services, storage: { ...storage, links: { ...links, publish } } }, runs.accountId);
    given.work();
    try {
      const shown = await given.run(await job('patient@s3.example'));
      expect(shown).to.include({ status: 'success' });
      expect(linesOf(shown).join('\n'))
        .to.contain('The bucket has not answered in time. Tried again')
        .and.not.contain('may have');
    } finally {
      await given.stop();
    }
    expect(ses.sent).to.have.length(1);
  });

  it('that may have come keeps its links, whatever becomes of a retry', async () => {
    runs.work({ retryMs: 1 });
    const lost = (response: { destroy(): void }) => response.destroy();
    ses.refuse(lost, lost);
    const first = await runs.run(await job('maybe@s3.example'));
    expect(first.error?.message).to.contain('may have been sent');
    ses.refuse(notVerified(['maybe@s3.example']), notVerified(['maybe@s3.example']));
    const retry = async (id: Buffer) =>
      runs.ended(await retryExecution(door.services, runs.accountId, id, { by: 'ada' }));
    const second = await retry(first.id);
    expect(second.error?.message).to.contain('does not send to');
    expect(await copies()).to.have.length(2);
    await retry(second.id);
    expect(await copies()).to.have.length(2);
    await removeEndedCopies(door.services, new Date(Date.now() + 7.1 * dayMs));
    expect(await copies()).to.deep.equal([]);
  });

  it('that was cancelled before SES had answered keeps its links, for it may have come', async () => {
    let isAsked = false;
    ses.refuse(() => {
      isAsked = true;
    });
    runs.work();
    const id = await runs.trigger(await job('halfway@s3.example'));
    await eventually('SES is asked', () => isAsked);
    await cancelExecution(door.services, runs.accountId, id);
    expect(await runs.ended(id)).to.include({ status: 'cancelled' });
    expect(await copies()).to.have.length(2);
  });

  it('keeps no copy for ever where nobody goes on with the run that made them', async () => {
    ses.refuse(throttled);
    runs.work({ retryMs: 60_000 });
    const id = await runs.trigger(await job('left@s3.example'));
    await eventually('the wait', async () => {
      const said = await runs.rows("SELECT 1 FROM execution_log WHERE execution_id = ? AND level = 'warn'", [id]);
      return said.length > 0;
    });
    await runs.stop();
    await cancelExecution(door.services, runs.accountId, id);
    const shown = await runs.ended(id);
    expect(shown).to.include({ status: 'cancelled' });
    expect(shown.deliveries, 'nothing was tried to its end').to.deep.equal([]);
    expect(await copies()).to.have.length(2);
    await removeEndedCopies(door.services, new Date(Date.now() + 7.1 * dayMs));
    expect(await copies()).to.deep.equal([]);
  });

  it('leaves no copy behind where it was cancelled, or the mail was refused for good', async () => {
    const connectorJob = await job('gone@s3.example');
    ses.refuse(notVerified(['gone@s3.example']));
    runs.work({ retryMs: 60_000 });
    expect(await runs.run(connectorJob)).to.include({ status: 'delivery_failed' });
    expect(await copies()).to.deep.equal([]);

    ses.refuse(throttled);
    const id = await runs.trigger(connectorJob);
    await eventually('the wait', async () => {
      const said = await runs.rows("SELECT 1 FROM execution_log WHERE execution_id = ? AND level = 'warn'", [id]);
      return said.length > 0;
    });
    await cancelExecution(door.services, runs.accountId, id);
    expect(await runs.ended(id)).to.include({ status: 'cancelled' });
    expect(await copies()).to.deep.equal([]);
    expect(ses.sent).to.deep.equal([]);
  });
});
