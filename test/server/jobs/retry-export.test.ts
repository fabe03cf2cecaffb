import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { uuidText } from '../../../db/uuid.ts';
import { readFreshness } from '../../../server/console/overview/freshness.ts';
import { retryExecution } from '../../../server/jobs/retry.ts';
import type { Services } from '../../../server/services.ts';
import { testS3 } from '../../harness/s3-server.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { getObject, listKeys, newBucket } from '../connectors/s3/fixture.ts';
import { seedAnalysis, seedInteraction, seedProfile } from '../reports/seed.ts';
import { linesOf, Runs, sftpConfig } from './runs.ts';

describe('an export that did not reach every destination', () => {
  let services: Services;
  let sshd: Sshd;
  let runs: Runs;

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
    await seedProfile(services, runs.accountId, 'Basics', { Manual: { kind: 'manual' } });
    await seedScored('CALL-1', 1);
    await seedScored('CALL-2', 2);
  });
  afterEach(() => runs.stop());

  async function seedScored(externalId: string, points: number): Promise<void> {
    await seedCall(externalId, 'Basics', points);
  }
  async function seedCall(externalId: string, profile: string, points: number): Promise<void> {
    const { id, executionId } = await seedInteraction(services, runs.accountId, { externalId });
    // An open execution would have the job wait for its turn.
    await runs.rows("UPDATE execution SET status = 'success' WHERE id = ?", [executionId]);
    await seedAnalysis(services, runs.accountId, id, { profile, points });
  }
  const retry = (id: Buffer) => retryExecution(services, runs.accountId, id, { by: 'ada@example.test' });
  const folder = (name: string) => join(sshd.directory, name);
  const content = 'external_interaction_id,final_score\r\nCALL-1,1\r\nCALL-2,2\r\n';

  it('tells each destination apart: how its own delivery ended, and when it last got rows', async () => {
    const to = (name: string) =>
      runs.connector(name, 'export', 'sftp', sftpConfig(sshd, { directory: folder(name), file_format: 'csv' }));
    sshd.makeFolder('good');
    const job = await runs.job('scores', 'data_export', [await to('good'), await to('bad'), await to('worse')]);
    const told = async () => {
      const all = await readFreshness(services, runs.accountId, new Date());
      return Object.fromEntries(all.map(({ name, state, last_data_at }) => [name, [state, last_data_at !== null]]));
    };
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'partial_success' });
    expect(await told()).to.deep.equal({ good: ['on_time', true], bad: ['failing', false], worse: ['failing', false] });
    const { id } = await runs.ended(await retry(first.id));
    expect(await told()).to.deep.equal({ good: ['on_time', true], bad: ['failing', false], worse: ['failing', false] });
    sshd.makeFolder('bad');
    await runs.ended(await retry(id));
    expect(await told()).to.deep.equal({ good: ['on_time', true], bad: ['on_time', true], worse: ['failing', false] });
  });

  it('delivers to each what it did not get in the format that it was made in, whatever is chosen since', async () => {
    const to = (name: string, file_format: string) =>
      runs.connector(name, 'export', 'sftp', sftpConfig(sshd, { directory: folder(name), file_format }));
    sshd.makeFolder('commas');
    const [commas, lines] = [await to('commas', 'csv'), await to('lines', 'jsonl')];
    const job = await runs.job('scores', 'data_export', [commas, lines]);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.deep.include({ status: 'partial_success', counts: { rows: 2, parts: 1 } });
    const [whole = ''] = readdirSync(folder('commas'));
    expect(whole).to.match(/^scores-[\da-f-]+\.csv$/);

    sshd.makeFolder('lines');
    for (const id of [commas, lines])
      await runs.rows("UPDATE connector SET config = JSON_SET(config, '$.file_format', 'xlsx') WHERE id = ?", [id]);
    const again = await runs.ended(await retry(first.id));
    expect(again).to.include({ status: 'success' });
    expect(again.retry.possible).to.equal(false);
    expect(readdirSync(folder('lines'))).to.deep.equal([whole.replace('.csv', '.jsonl')]);
    expect(readdirSync(folder('commas'))).to.deep.equal([whole]);
  });

  it('delivers the same file to those that did not get it, and to nobody else', async () => {
    const s3 = await testS3();
    const bucket = await newBucket(s3);
    sshd.makeFolder('good');
    const good = await runs.connector('good', 'export', 'sftp', sftpConfig(sshd, { directory: folder('good') }));
    const bad = await runs.connector('bad', 'export', 'sftp', sftpConfig(sshd, { directory: folder('bad') }));
    const store = await runs.connector('store', 'export', 's3', {
      ...{ bucket, prefix: 'reports/', region: 'us-east-1', endpoint: 'http://127.0.0.1:1' },
      ...{ access_key: s3.accessKeyId, secret_key: s3.secretAccessKey },
    });
    const job = await runs.job('scores', 'data_export', [good, bad, store]);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'partial_success' });
    const said = linesOf(first);
    expect(said.find((line) => line.startsWith('info: The report has'))).to.match(
      /^info: The report has 2 rows: scores-.*\.csv \(\d+ B\)\.$/,
    );
    expect(said.find((line) => line.includes('delivered to sftp://'))).to.match(
      /^info: scores-.*\.csv delivered to sftp:\/\/127\.0\.0\.1:\d+\/.*\/good\/scores-.*\.csv, \d+ B\.$/,
    );
    expect(said.find((line) => line.includes('to bad'))).to.match(
      /^error: scores-.*\.csv could not be delivered to bad: /,
    );
    expect(said.filter((line) => line.includes('to store'))).to.have.length(3);
    expect(said.filter((line) => line.includes('to store')).at(-1)).to.match(/^error: .* to store after 3 attempts: /);
    const [name = ''] = readdirSync(folder('good'));
    const { mtimeMs } = statSync(join(folder('good'), name));

    sshd.makeFolder('bad');
    await runs.rows("UPDATE connector SET config = JSON_SET(config, '$.endpoint', ?) WHERE id = ?", [s3.url, store]);
    await seedScored('CALL-3', 3);
    const again = await runs.ended(await retry(first.id));
    expect(again).to.deep.include({
      status: 'success',
      trigger: 'retry',
      retry_of: first.execution_id,
      counts: { rows: 2, parts: 1 },
    });
    expect(linesOf(again)).to.include('info: 1 destination left out: everything was delivered there.');
    expect(readdirSync(folder('bad'))).to.deep.equal([name]);
    expect(readFileSync(join(folder('bad'), name), 'utf8')).to.equal(content);
    expect(await listKeys(s3, bucket, 'reports/')).to.deep.equal([name]);
    expect(Buffer.from(await getObject(s3, bucket, `reports/${name}`)).toString()).to.equal(content);
    expect(statSync(join(folder('good'), name)).mtimeMs).to.equal(mtimeMs);
    expect(again.deliveries.map(({ connector, status }) => `${connector} ${status}`).sort()).to.deep.equal([
      'bad delivered',
      'good delivered',
      'store delivered',
    ]);
    expect(again.parts[0]?.downloadable_until).to.equal(first.parts[0]?.downloadable_until);
    const refused = await retry(first.id).catch((error) => error);
    expect(refused.message).to.match(/taken over by the retry/);
  });

  it('makes the report of the days that were meant where there was none yet', async () => {
    sshd.makeFolder('good');
    const good = await runs.connector('good', 'export', 'sftp', sftpConfig(sshd, { directory: folder('good') }));
    const job = await runs.job('scores', 'data_export', [good]);
    const unknown = { date_range: 'yesterday', columns: ['external_interaction_id'], quality_profile: 'Nobody' };
    await runs.rows('UPDATE job SET report = ? WHERE id = ?', [JSON.stringify(unknown), job]);
    const id = await runs.trigger(job);
    await runs.rows("UPDATE execution SET created_at = '2026-11-04 06:00:30' WHERE id = ?", [id]);
    runs.work();
    const first = await runs.ended(id);
    expect(first).to.include({ status: 'handler_failed' });
    await seedProfile(services, runs.accountId, 'Nobody', { Manual: { kind: 'manual' } });
    await seedCall('OF-THE-DAY', 'Nobody', 4);
    const again = await runs.ended(await retry(first.id));
    expect(again).to.deep.include({ status: 'success', counts: { rows: 1, parts: 1 } });
    const [name = ''] = readdirSync(folder('good'));
    expect(readFileSync(join(folder('good'), name), 'utf8')).to.contain('OF-THE-DAY');
  });

  it('makes one report however many of its retries are retried: who looks elsewhere is told where it was made', async () => {
    sshd.makeFolder('good');
    const good = await runs.connector('good', 'export', 'sftp', sftpConfig(sshd, { directory: folder('good') }));
    const job = await runs.job('scores', 'data_export', [good]);
    const unknown = { date_range: 'yesterday', columns: ['external_interaction_id'], quality_profile: 'Nobody' };
    await runs.rows('UPDATE job SET report = ? WHERE id = ?', [JSON.stringify(unknown), job]);
    runs.work();
    const first = await runs.run(job);
    const failed = await runs.ended(await retry(first.id));
    expect(failed).to.include({ status: 'handler_failed' });
    await seedProfile(services, runs.accountId, 'Nobody', { Manual: { kind: 'manual' } });
    const made = await runs.ended(await retry(first.id));
    expect(made).to.include({ status: 'success' });
    for (const { id } of [first, failed]) {
      const { message = '' } = await retry(id).catch((error) => error);
      expect(message).to.contain(`taken over by the retry ${made.execution_id}`);
      expect((await runs.ended(id)).retry).to.deep.equal({ possible: false, reason: message });
    }
    expect(readdirSync(folder('good'))).to.have.length(1);
  });

  it('is retried once at a time, whichever of its retries somebody has open', async () => {
    const bad = await runs.connector('bad', 'export', 'sftp', sftpConfig(sshd, { directory: folder('bad') }));
    const job = await runs.job('scores', 'data_export', [bad]);
    runs.work();
    const first = await runs.run(job);
    const second = await runs.ended(await retry(first.id));
    await runs.stop();
    // Nothing serves them one after the other where there is no job.
    await runs.rows('UPDATE execution SET job_id = NULL WHERE account_id = ?', [runs.accountId]);
    const both = await Promise.allSettled([retry(first.id), retry(second.id)]);
    const refusals = both.flatMap((each) => (each.status === 'rejected' ? [`${each.reason.message}`] : []));
    const [open] = await runs.rows("SELECT id FROM execution WHERE status = 'pending' AND account_id = ?", [
      runs.accountId,
    ]);
    expect(refusals).to.deep.equal([`A retry of this execution is under way already: ${uuidText(open?.id)}.`]);
    for (const { id } of [first, second]) expect((await runs.ended(id)).retry.possible).to.equal(false);
  });

  it('fails in words where its destination does not belong to the job any more', async () => {
    mkdirSync(folder('other'));
    const bad = await runs.connector('bad', 'export', 'sftp', sftpConfig(sshd, { directory: folder('bad') }));
    const other = await runs.connector('other', 'export', 'sftp', sftpConfig(sshd, { directory: folder('other') }));
    const job = await runs.job('scores', 'data_export', [bad]);
    runs.work();
    const first = await runs.run(job);
    expect(first).to.include({ status: 'delivery_failed' });
    await runs.rows('UPDATE job_connector SET connector_id = ? WHERE job_id = ?', [other, job]);
    const again = await runs.ended(await retry(first.id));
    expect(again).to.include({ status: 'handler_failed' });
    expect(again.error?.message).to.match(/do not belong to the job any more/);
    expect(readdirSync(folder('other'))).to.deep.equal([]);
  });
});
