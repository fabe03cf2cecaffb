import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { listReports } from '../../../../db/queries/api-reports.ts';
import { addWork } from '../../../../db/queries/work.ts';
import { retryExecution } from '../../../../server/jobs/retry.ts';
import { testAccount } from '../../../harness/services.ts';
import { type LocalSes, startLocalSes, useSes } from '../../../harness/ses.ts';
import { type Sshd, startSshd } from '../../../harness/sshd.ts';
import { linesOf, Runs, sftpConfig } from '../../jobs/runs.ts';
import { seedProfile } from '../../reports/seed.ts';
import { type Door, openDoor, signedInAs } from '../../web/door.ts';
import { dayMs, from, header, linksIn, rowsAt, seedReadable } from './mail-kit.ts';

describe('a report by email', () => {
  let door: Door;
  let local: LocalSes;
  let sshd: Sshd;
  let runs: Runs;
  const undo: (() => void)[] = [];

  before(async () => {
    local = await startLocalSes();
    undo.push(useSes(local.url));
    sshd = await startSshd();
    door = await openDoor({ emailFrom: from });
    door.services.config.publicUrl = door.url;
  });
  after(async () => {
    await sshd.stop();
    await door.close();
    for (const step of undo.reverse()) step();
    await local.close();
  });
  beforeEach(async () => {
    for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name), { recursive: true });
    runs = new Runs(door.services, (await testAccount(door.services)).id);
    await seedProfile(door.services, runs.accountId, 'Basics', { Manual: { kind: 'manual' } });
  });
  afterEach(() => runs.stop());

  const seed = (count: number) => seedReadable(runs, count);
  const emailTo = (name: string, address: string) => runs.connector(name, 'export', 'email', { address });
  const sftp = (name: string, directory = sshd.directory) =>
    runs.connector(name, 'export', 'sftp', sftpConfig(sshd, { directory }));
  const mailsTo = async (address: string) => (await local.mails()).filter(({ to }) => to.includes(address));

  it('of 2,500 rows is one mail with three links, each to at most 1,000 rows, which need no session', async () => {
    await seed(2_500);
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'boss@one.example')]);
    runs.work();
    const shown = await runs.run(job);
    expect(shown).to.deep.include({ status: 'success', counts: { rows: 2_500, parts: 3 } });

    const [mail, ...others] = await mailsTo('boss@one.example');
    expect(others).to.deep.equal([]);
    if (!mail) throw new Error('no mail came');
    expect(mail).to.deep.include({ from, to: ['boss@one.example'], attachments: [] });
    expect(mail.subject).to.match(/^Account \d+: Report "scores", 2,500 rows$/);
    expect(mail.text).to.contain('2,500 analyses of conversations from 1 November 2026 to 30 November 2026');
    const links = linksIn(mail);
    expect(links.every((link) => link.startsWith(`${door.url}/d/`))).to.equal(true);
    const files = await Promise.all(links.map(rowsAt));
    expect(files.map((rows) => rows.length)).to.deep.equal([1_000, 1_000, 500]);
    expect(new Set(files.flat().map((row) => row.split(',')[0])).size).to.equal(2_500);

    expect(shown.parts.map(({ set, part, rows }) => [set, part, rows])).to.deep.equal([
      ['mail', 1, 1_000],
      ['mail', 2, 1_000],
      ['mail', 3, 500],
    ]);
    expect(shown.mail_parts).to.deep.equal([]);
    for (const delivery of shown.deliveries) {
      expect(delivery).to.include({ connector: 'boss', status: 'delivered', location: 'boss@one.example' });
      const left = Date.parse(delivery.links_until ?? '') - Date.now();
      expect(left).to.be.within(6.9 * dayMs, 7 * dayMs);
    }
    expect(
      linesOf(shown).some((line) => /^info: The mail with 3 links sent to boss@one\.example; good until /.test(line)),
    ).to.equal(true);
  });

  for (const [age, works] of [
    [6.9, true],
    [7.1, false],
  ] as const)
    it(`has links that ${works ? 'work' : 'have ended, and say so,'} ${age} days after it was sent`, async () => {
      await seed(1);
      const address = `age${age}@one.example`;
      const job = await runs.job('scores', 'data_export', [await emailTo('boss', address)]);
      runs.work({ now: () => new Date(Date.now() - age * dayMs) });
      await runs.run(job);
      const [mail] = await mailsTo(address);
      const [link = ''] = mail ? linksIn(mail) : [];
      const answer = await fetch(link, { headers: { accept: 'text/html' } });
      expect(answer.status).to.equal(works ? 200 : 404);
      if (!works)
        expect(await answer.text())
          .to.contain('seven days')
          .and.not.to.contain(header);
    });

  it('has links that a change by one letter ends, and that show nothing of others', async () => {
    await seed(1);
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'forger@one.example')]);
    runs.work();
    await runs.run(job);
    const [mail] = await mailsTo('forger@one.example');
    const [link = ''] = mail ? linksIn(mail) : [];
    const [, part = ''] = /\/d\/d~\d+~(\d+)~/.exec(link) ?? [];
    const forged = link.replace(`~${part}~`, `~${Number(part) + 1}~`);
    expect(forged).not.to.equal(link);
    for (const wrong of [forged, `${link}x`, link.slice(0, -1)]) expect((await fetch(wrong)).status).to.equal(404);
  });

  it('beside a file is made of the same rows: the whole file there, three links here', async () => {
    await seed(2_500);
    const address = 'both@one.example';
    const job = await runs.job('scores', 'data_export', [await sftp('store'), await emailTo('boss', address)]);
    runs.work();
    const shown = await runs.run(job);
    expect(shown).to.deep.include({ status: 'success', counts: { rows: 2_500, parts: 1 } });
    const [name = '', ...more] = readdirSync(sshd.directory);
    expect(more).to.deep.equal([]);
    const whole = readFileSync(join(sshd.directory, name), 'utf8').trimEnd().split('\r\n').slice(1);
    expect(whole).to.have.length(2_500);
    const [mail] = await mailsTo(address);
    const mailed = mail ? (await Promise.all(linksIn(mail).map(rowsAt))).flat() : [];
    expect(mailed).to.deep.equal(whole);
    expect(shown.parts.map(({ set, rows }) => [set, rows])).to.deep.equal([['file', 2_500]]);
    expect(shown.mail_parts.map(({ rows }) => rows)).to.deep.equal([1_000, 1_000, 500]);

    expect(
      shown.destinations.map(({ name, set, status, files, location }) => ({ name, set, status, files, location })),
    ).to.deep.equal([
      {
        ...{ name: 'boss', set: 'mail', status: 'delivered', files: { delivered: 3, all: 3 } },
        location: address,
      },
      {
        ...{ name: 'store', set: 'file', status: 'delivered', files: { delivered: 1, all: 1 } },
        location: shown.parts[0]?.deliveries[0]?.location,
      },
    ]);
    expect(shown.destinations.map(({ links_until }) => links_until !== null)).to.deep.equal([true, false]);

    const { rows } = await listReports(door.services.database.pool, runs.accountId, { offset: 0, limit: 10 });
    expect(rows[0]).to.include({ execution_id: shown.execution_id, parts: 1, rows: 2_500 });

    const { token } = await signedInAs(door.services, runs.accountId, 'admin');
    const input = { id: shown.execution_id, part: 3, set: 'mail' };
    const { data } = await door.query('executions.download', input, { token });
    expect(await rowsAt(door.url + (data as { url: string }).url)).to.have.length(500);
    const absent = await door.query('executions.download', { id: shown.execution_id, part: 3 }, { token });
    expect(absent.status).to.equal(404);
  });

  for (const [format, extension, begins] of [
    ['xlsx', 'xlsx', 'PK'],
    ['jsonl', 'jsonl', '{"external_interaction_id"'],
    ['parquet', 'parquet', 'PAR1'],
  ] as const)
    it(`beside a file is ${format}, as the file is, where the report says so`, async () => {
      await seed(1_001);
      const address = `${format}@one.example`;
      const job = await runs.job('scores', 'data_export', [await sftp('store'), await emailTo('boss', address)]);
      await runs.rows("UPDATE job SET report = JSON_SET(report, '$.file_format', ?) WHERE id = ?", [format, job]);
      runs.work();
      const shown = await runs.run(job);
      expect(shown).to.deep.include({ status: 'success', counts: { rows: 1_001, parts: 1 } });
      expect(shown.mail_parts.map(({ rows }) => rows)).to.deep.equal([1_000, 1]);
      const [name = ''] = readdirSync(sshd.directory);
      expect(name).to.match(new RegExp(`\\.${extension}$`));
      const [mail] = await mailsTo(address);
      for (const link of mail ? linksIn(mail) : []) {
        const answer = await fetch(link);
        expect(answer.headers.get('content-disposition')).to.match(new RegExp(`\\.${extension}"?$`));
        expect((await answer.text()).slice(0, begins.length)).to.equal(begins);
      }
    });

  /** As a worker would do that takes it over from one that was killed. */
  async function runAgain(id: Buffer) {
    await runs.rows("UPDATE execution SET status = 'processing', ended_at = NULL WHERE id = ?", [id]);
    await addWork(door.services.database.pool, [{ kind: 'execute', accountId: runs.accountId, subject: id }]);
    return await runs.ended(id);
  }

  it('that was sent is not sent again by whoever takes the work over; one that was not noted is, once', async () => {
    await seed(1_001);
    const address = 'killed@one.example';
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', address)]);
    runs.work();
    const { id } = await runs.run(job);
    expect(await runAgain(id)).to.deep.include({ status: 'success', counts: { rows: 1_001, parts: 2 } });
    expect(await mailsTo(address)).to.have.length(1);
    await runs.rows('DELETE d FROM delivery d JOIN report_part p ON p.id = d.part_id WHERE p.execution_id = ?', [id]);
    expect(await runAgain(id)).to.include({ status: 'success' });
    expect(await runAgain(id)).to.include({ status: 'success' });
    const mails = await mailsTo(address);
    expect(mails).to.have.length(2);
    const files = await Promise.all(mails.flatMap(linksIn).map(rowsAt));
    expect(files.slice(0, 2)).to.deep.equal(files.slice(2));
  });

  it('that was sent stays so where a file could not be delivered; its retry delivers the file alone', async () => {
    await seed(3);
    const address = 'apart@one.example';
    const directory = join(sshd.directory, 'later');
    const job = await runs.job('scores', 'data_export', [
      await sftp('store', directory),
      await emailTo('boss', address),
    ]);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'partial_success' });
    expect(first.error?.message).to.match(/^store: /);
    sshd.makeFolder('later');
    const again = await runs.ended(await retryExecution(door.services, runs.accountId, first.id, { by: 'ada' }));
    expect(again).to.include({ status: 'success' });
    expect(readdirSync(directory)).to.have.length(1);
    expect(await mailsTo(address)).to.have.length(1);
  });

  it('of nothing is sent too, and says that it is empty', async () => {
    const job = await runs.job('scores', 'data_export', [await emailTo('boss', 'empty@one.example')]);
    runs.work();
    expect(await runs.run(job)).to.deep.include({ status: 'success', note: 'no_data', counts: { rows: 0, parts: 1 } });
    const [mail] = await mailsTo('empty@one.example');
    expect(mail?.text).to.contain('There was nothing to report');
    expect(mail && (await rowsAt(linksIn(mail)[0] ?? ''))).to.deep.equal([]);
  });
});
