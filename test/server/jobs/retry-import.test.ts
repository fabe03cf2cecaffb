import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { endInteractions } from '../../../db/queries/analyses.ts';
import { claimWork } from '../../../db/queries/work.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import { retryExecution } from '../../../server/jobs/retry.ts';
import { recordHandler } from '../../../server/pipeline/record.ts';
import type { Services } from '../../../server/services.ts';
import { interactionStatuses } from '../../../shared/interaction.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { linesOf, Runs, sftpConfig } from './runs.ts';

const header = 'external_interaction_id,channel_type,transcript_text\n';
const rowsOf = (...ids: string[]) => header + ids.map((id) => `${id},CHAT,"Agent: hello ${id}"\n`).join('');

describe('an import from SFTP of which something failed', () => {
  let services: Services;
  let sshd: Sshd;
  let runs: Runs;
  let job: number;

  before(async () => {
    services = await testServices();
    sshd = await startSshd();
  });
  after(async () => {
    await sshd.stop();
    await services.close();
  });
  beforeEach(async () => {
    for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name), { recursive: true });
    runs = new Runs(services, (await testAccount(services)).id);
    const connector = await runs.connector('calls', 'import', 'sftp', sftpConfig(sshd, { stable_seconds: 0 }));
    job = await runs.job('nightly', 'data_import', [connector]);
  });
  afterEach(() => runs.stop());

  const put = (name: string, content: string, mode = 0o644) => {
    writeFileSync(join(sshd.directory, name), content);
    chmodSync(join(sshd.directory, name), mode);
  };
  const retry = (id: Buffer) => retryExecution(services, runs.accountId, id, { by: 'ada@example.test' });
  const refused = (id: Buffer) =>
    retry(id).then(
      () => undefined,
      (error) => `${error.code}: ${error.message}`,
    );
  const ids = async () =>
    (
      await runs.rows('SELECT external_id FROM interaction WHERE account_id = ? ORDER BY external_id', [runs.accountId])
    ).map(({ external_id }) => String(external_id));

  it('tells file by file what it did, and reads again what failed and nothing else', async () => {
    put('a.csv', rowsOf('A-1', 'A-2'));
    put('b.csv', rowsOf('B-1'), 0o000);
    put('c.csv', `${rowsOf('C-1')},CHAT,"no id"\n`);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'partial_success' });
    const said = linesOf(first);
    expect(said).to.include('info: Found 3 items at calls: 3 to read.');
    expect(said.find((line) => line.includes('a.csv'))).to.match(/^info: a\.csv \(\d+ B\): 2 rows stored\.$/);
    expect(said.find((line) => line.includes('b.csv'))).to.match(/^error: Could not be read: b\.csv: /);
    expect(said.find((line) => line.includes('c.csv'))).to.match(
      /^warn: c\.csv \(\d+ B\): 1 row stored, 1 rejected \(line 3: .+\)\.$/,
    );
    expect(said.at(-1)).to.match(
      /^warn: Completed in part\. 3 items: 2 read, 1 failed\. 4 rows: 3 imported, 1 rejected\. b\.csv: /,
    );
    expect(first.retry).to.deep.equal({ possible: true, reason: null });

    chmodSync(join(sshd.directory, 'b.csv'), 0o644);
    put('d.csv', rowsOf('D-1'));
    const again = await runs.ended(await retry(first.id));
    expect(again).to.deep.include({
      status: 'success',
      trigger: 'retry',
      triggered_by: 'ada@example.test',
      retry_of: first.execution_id,
      items: { listed: 1, done: 1, unchanged: 0, waiting: 0, failed: 0 },
      counts: { listed: 1, imported: 1, updated: 0, duplicate: 0, rejected: 0 },
    });
    expect(linesOf(again)).to.include('info: 1 item to read again; what was read before is left as it is.');
    expect(await ids()).to.deep.equal(['A-1', 'A-2', 'B-1', 'C-1']);

    expect(await refused(first.id)).to.equal(
      `conflict: What failed here was taken over by the retry ${again.execution_id}. Look there for what is still to be done.`,
    );
    expect(await refused(again.id)).to.match(
      /^conflict: No item, recording, transcript or analysis of this execution failed/,
    );
    const next = await runs.run(job);
    expect(next.items).to.deep.equal({ listed: 4, done: 1, unchanged: 3, waiting: 0, failed: 0 });
    expect(await ids()).to.include('D-1');
  });

  it('is retried once, whoever asks at the same moment; what fails again is its retry’s to retry', async () => {
    put('a.csv', rowsOf('A-1'));
    put('b.csv', rowsOf('B-1'), 0o000);
    runs.work();
    const first = await runs.run(job);
    await runs.stop();
    const asked = await Promise.allSettled([retry(first.id), retry(first.id), retry(first.id)]);
    const [made, ...others] = asked.filter(({ status }) => status === 'fulfilled');
    expect(others).to.have.length(0);
    const id = (made as PromiseFulfilledResult<Buffer>).value;
    expect(await refused(first.id)).to.equal(
      `conflict: A retry of this execution is under way already: ${uuidText(id)}.`,
    );
    expect(await refused(id)).to.match(/^conflict: This execution is still under way/);
    runs.work();
    const second = await runs.ended(id);
    expect(second).to.include({ status: 'handler_failed' });
    chmodSync(join(sshd.directory, 'b.csv'), 0o644);
    expect(await runs.ended(await retry(second.id))).to.include({ status: 'success', retry_of: second.execution_id });
    expect(await ids()).to.deep.equal(['A-1', 'B-1']);
  });

  it('lists again where it failed before it had found anything', async () => {
    const connector = await runs.connector(
      'elsewhere',
      'import',
      'sftp',
      sftpConfig(sshd, { stable_seconds: 0, directory: join(sshd.directory, 'later') }),
    );
    const other = await runs.job('elsewhere', 'data_import', [connector]);
    runs.work();
    const first = await runs.run(other);
    expect(first).to.include({ status: 'handler_failed' });
    expect(first.error?.code).to.equal('path_missing');
    mkdirSync(join(sshd.directory, 'later'));
    put('later/a.csv', rowsOf('A-1'));
    const again = await runs.ended(await retry(first.id));
    expect(again.items).to.deep.equal({ listed: 1, done: 1, unchanged: 0, waiting: 0, failed: 0 });
    expect(linesOf(again)).to.include('info: Found 1 item at elsewhere: 1 to read.');
    expect(await refused(first.id), 'its retry has read everything').to.equal(
      `conflict: What failed here was taken over by the retry ${again.execution_id}. Look there for what is still to be done.`,
    );
    expect((await runs.ended(first.id)).retry.possible).to.equal(false);
  });

  it('has its failed recordings and analyses done again, whatever they failed for', async () => {
    put('a.csv', rowsOf('A-1', 'A-2', 'A-3'));
    runs.work();
    const first = await runs.run(job);
    expect(await refused(first.id)).to.match(/^conflict: No item/);
    const [one, two, three] = await runs.rows(
      'SELECT id, connector_id FROM interaction WHERE account_id = ? ORDER BY external_id',
      [runs.accountId],
    );
    const failure = JSON.stringify({ code: 'not_audio', message: 'No audio.' });
    await runs.rows("DELETE FROM work WHERE kind <> 'execute'");
    await runs.rows('UPDATE interaction SET status = 3, failure = ? WHERE id IN (?)', [failure, [one?.id, two?.id]]);
    await runs.rows(
      `INSERT INTO recording (interaction_id, position, account_id, connector_id, execution_id, reference, state, failure)
         VALUES (?, 0, ?, ?, ?, 'a.wav', 'failed', ?), (?, 0, ?, ?, ?, 'c.wav', 'here', NULL)`,
      [
        one?.id,
        runs.accountId,
        one?.connector_id,
        first.id,
        failure,
        three?.id,
        runs.accountId,
        one?.connector_id,
        first.id,
      ],
    );
    await runs.rows(
      `INSERT INTO analysis (id, account_id, interaction_id, profile_id, profile_version, execution_id, occurred_at, status, failure)
         VALUES (?, ?, ?, 1, 1, ?, NOW(3), 'failed', ?), (?, ?, ?, 1, 1, ?, NOW(3), 'completed', NULL)`,
      [newId(), runs.accountId, two?.id, first.id, failure, newId(), runs.accountId, three?.id, first.id],
    );
    const again = await runs.ended(await retry(first.id));
    expect(again.items).to.deep.equal({ listed: 0, done: 0, unchanged: 0, waiting: 0, failed: 0 });
    expect(linesOf(again)).to.include('info: Failed recordings or transcripts of 1 interaction are fetched again.');
    expect(linesOf(again)).to.include('info: 1 interaction with a failed analysis to be analysed again.');
    const work = await runs.rows(
      "SELECT kind, subject, group_key FROM work WHERE account_id = ? AND kind <> 'execute' ORDER BY id",
      [runs.accountId],
    );
    expect(
      work.map(({ kind, subject, group_key }) => [
        kind,
        subject.equals(kind === 'record' ? one?.id : two?.id),
        group_key,
      ]),
    ).to.deep.equal([
      ['record', true, one?.connector_id],
      ['analyse', true, 0],
    ]);
    const states = await runs.rows('SELECT state FROM recording WHERE account_id = ? ORDER BY interaction_id', [
      runs.accountId,
    ]);
    expect(states.map(({ state }) => state)).to.deep.equal(['waiting', 'here']);
  });

  it('has an interaction analysed again whose analysis was given up', async () => {
    put('a.csv', rowsOf('A-1'));
    runs.work();
    const first = await runs.run(job);
    const { accountId } = runs;
    const [one] = await runs.rows('SELECT id FROM interaction WHERE account_id = ?', [accountId]);
    const failure = { code: 'storage_failed', message: 'The storage did not answer.' } as const;
    await transaction(services.database.pool, (connection) =>
      endInteractions(connection, [{ accountId, subject: one?.id, end: { status: 'failed', failure } }]),
    );
    const again = await runs.ended(await retry(first.id));
    expect(linesOf(again)).to.include('info: 1 interaction with a failed analysis to be analysed again.');
    const work = await runs.rows('SELECT kind FROM work WHERE account_id = ? AND subject = ?', [accountId, one?.id]);
    expect(work).to.deep.equal([{ kind: 'analyse' }]);
    await runs.rows("DELETE FROM work WHERE kind <> 'execute'");
  });

  it('has a transcript fetched again that could not be had, also where nothing else failed', async () => {
    put('a.csv', 'external_interaction_id,channel_type,transcript_url\nA-1,CHAT,a.txt\n');
    runs.work();
    const first = await runs.run(job);
    await using handler = recordHandler(services);
    async function fetchIt(): Promise<void> {
      const works = await claimWork(services.database.pool, 'record', { limit: 100, leaseSeconds: 30 });
      const work = works.find(({ accountId }) => accountId === runs.accountId);
      if (!work) throw new Error('there is nothing to fetch');
      await handler.run(work, new AbortController().signal);
    }
    const interaction = async () =>
      (
        await runs.rows('SELECT status, transcript_text, transcript_failure FROM interaction WHERE account_id = ?', [
          runs.accountId,
        ])
      )[0];
    await fetchIt();
    expect((await interaction())?.status).to.equal(interactionStatuses.indexOf('failed'));
    put('a.txt', 'Agent: hello');
    const again = await runs.ended(await retry(first.id));
    expect(linesOf(again)).to.include('info: Failed recordings or transcripts of 1 interaction are fetched again.');
    await fetchIt();
    expect(await interaction()).to.deep.include({ status: 0, transcript_failure: null });
    expect((await interaction())?.transcript_text).to.include('hello');
    expect(await refused(again.id)).to.match(/^conflict: No item, recording, transcript or analysis of this execution/);
  });

  it('says that rejected rows are replayed, not retried', async () => {
    const connector = await runs.connector(
      'strict',
      'import',
      'sftp',
      sftpConfig(sshd, { stable_seconds: 0, max_rejected_percent: 10 }),
    );
    const strict = await runs.job('strict', 'data_import', [connector]);
    put('a.csv', `${rowsOf('A-1')},CHAT,"no id"\n`);
    runs.work();
    const first = await runs.run(strict);
    expect(first).to.include({ status: 'handler_failed' });
    expect(await refused(first.id)).to.match(/^conflict: Every item of this execution was read.*replay them\.$/);
    expect(first.retry.possible).to.equal(false);
  });

  it('cannot be retried without its connector or its job, which is told before anybody tries', async () => {
    put('b.csv', rowsOf('B-1'), 0o000);
    runs.work();
    const { id } = await runs.run(job);
    const { accountId } = runs;
    await runs.rows('UPDATE connector SET is_enabled = FALSE WHERE account_id = ?', [accountId]);
    expect((await runs.ended(id)).retry).to.deep.include({ possible: false });
    expect(await refused(id)).to.match(/^conflict: The connector "calls" is disabled/);
    await runs.rows('UPDATE connector SET is_enabled = TRUE WHERE account_id = ?', [accountId]);
    expect((await runs.ended(id)).retry).to.deep.equal({ possible: true, reason: null });
    await runs.rows('UPDATE job SET deleted_at = NOW(3), is_enabled = FALSE WHERE id = ?', [job]);
    const { reason } = (await runs.ended(id)).retry;
    expect(reason).to.match(/The job "nightly" was deleted/);
    expect(await refused(id)).to.equal(`conflict: ${reason}`);
  });

  it('says of rows that were here before that they were, not that they were stored', async () => {
    put('a.csv', rowsOf('A-1', 'A-2'));
    runs.work();
    await runs.run(job);
    put('z.csv', rowsOf('A-1', 'A-2'));
    put('y.csv', rowsOf('A-1', 'Y-1'));
    const said = linesOf(await runs.run(job));
    expect(said.find((line) => line.includes('z.csv'))).to.match(/: 2 rows here before\.$/);
    expect(said.find((line) => line.includes('y.csv'))).to.match(/: 1 row stored, 1 row here before\.$/);
  });

  it('of another account is not found', async () => {
    put('b.csv', rowsOf('B-1'), 0o000);
    runs.work();
    const first = await runs.run(job);
    const stranger = await testAccount(services);
    const error = await retryExecution(services, stranger.id, first.id, { by: 'eve' }).catch((thrown) => thrown);
    expect(error.code).to.equal('not_found');
  });
});
