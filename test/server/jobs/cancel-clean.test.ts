import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { insertParts } from '../../../db/queries/reports.ts';
import { cancelExecution } from '../../../server/jobs/cancel.ts';
import { executeHandler } from '../../../server/jobs/execute.ts';
import { retryExecution } from '../../../server/jobs/retry.ts';
import type { Services } from '../../../server/services.ts';
import { serve } from '../../../server/worker/serve.ts';
import { AppError } from '../../../shared/error.ts';
import { eventually } from '../../harness/eventually.ts';
import { type TestS3, testS3 } from '../../harness/s3-server.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type SlowLine, startSlowLine } from '../../harness/slow-line.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { listKeys, newBucket } from '../connectors/s3/fixture.ts';
import { seedProfile } from '../reports/seed.ts';
import { linesOf, Runs, sftpConfig } from './runs.ts';

const header = 'external_interaction_id,channel_type,transcript_text\n';
const rowsOf = (count: number, words = 'hello') =>
  header + Array.from({ length: count }, (_, i) => `C-${i},CHAT,"Agent: ${words}"\n`).join('');
const megabyte = 1024 ** 2;

describe('a cancel', () => {
  let services: Services;
  let sshd: Sshd;
  let line: SlowLine;
  let runs: Runs;

  before(async () => {
    services = await testServices();
    sshd = await startSshd();
    line = await startSlowLine(sshd);
  });
  after(async () => {
    await line.close();
    await sshd.stop();
    await services.close();
  });
  beforeEach(async () => {
    for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name), { recursive: true });
    line.setPace(Number.POSITIVE_INFINITY);
    runs = new Runs(services, (await testAccount(services)).id);
    await seedProfile(services, runs.accountId, 'Basics', { Manual: { kind: 'manual' } });
  });
  afterEach(() => runs.stop());

  /** Cancels it now, and tells how long its end took. */
  async function cancelled(id: Buffer, step: string) {
    const asked = performance.now();
    await cancelExecution(services, runs.accountId, id);
    const shown = await runs.ended(id);
    console.log(`      cancelled ${step}: ended after ${Math.round(performance.now() - asked)} ms`);
    expect(shown.status).to.equal('cancelled');
    expect(linesOf(shown).at(-1)).to.match(/^info: Cancelled\. What was stored until then stays\./);
    expect(await runs.rows('SELECT 1 FROM work WHERE subject = ?', [id])).to.have.length(0);
    return shown;
  }
  const importJob = async (given: Record<string, unknown> = {}) => {
    const config = sftpConfig(sshd, { stable_seconds: 0, port: line.port, ...given });
    return await runs.job('nightly', 'data_import', [await runs.connector('calls', 'import', 'sftp', config)]);
  };
  const stepBegun = (id: Buffer, name: string) =>
    eventually(`the step ${name}`, async () => {
      const steps = await runs.rows('SELECT 1 FROM execution_step WHERE execution_id = ? AND name = ?', [id, name]);
      return steps.length > 0;
    });
  const interactions = async () =>
    (await runs.rows('SELECT COUNT(*) AS n FROM interaction WHERE account_id = ?', [runs.accountId]))[0]?.n;

  it('ends the listing of a server that has fallen silent', async () => {
    const job = await importJob();
    line.setPace(1);
    runs.work();
    const id = await runs.trigger(job);
    await stepBegun(id, 'list');
    await cancelled(id, 'while listing');
  });

  it('ends the reading of a file; its ledger gives it back, and the next run has every row once', async () => {
    writeFileSync(join(sshd.directory, 'a.csv'), rowsOf(100));
    writeFileSync(join(sshd.directory, 'b.csv'), rowsOf(40_000, 'hello '.repeat(20)));
    const job = await importJob();
    line.setPace(megabyte);
    runs.work();
    const id = await runs.trigger(job);
    const seen = await eventually('the reading of b.csv', async () => {
      const [row] = await runs.rows('SELECT bytes_read, bytes_expected FROM execution WHERE id = ?', [id]);
      return row && row.bytes_read > megabyte / 2 && row;
    });
    expect(seen.bytes_expected).to.equal(
      statSync(join(sshd.directory, 'a.csv')).size + statSync(join(sshd.directory, 'b.csv')).size,
    );
    const shown = await cancelled(id, 'while reading');
    expect(shown.items).to.deep.equal({ listed: 2, done: 1, unchanged: 0, waiting: 1, failed: 0 });
    expect(shown.counts).to.include({ listed: 100, imported: 100 });
    expect(readdirSync(join(services.config.dataDir, 'scratch'))).to.deep.equal([]);
    line.setPace(Number.POSITIVE_INFINITY);
    const next = await runs.run(job);
    expect(next).to.include({ status: 'success' });
    expect(next.counts).to.include({ listed: 40_000, imported: 39_900, updated: 100 });
    expect(await interactions()).to.equal(40_000);
  });

  it('ends the storing of rows; what is stored stays and is counted', async () => {
    // A cancel is heard once a second: no machine stores so many in that time.
    const count = 300_000;
    writeFileSync(join(sshd.directory, 'a.csv'), rowsOf(count));
    const job = await importJob();
    runs.work();
    const id = await runs.trigger(job);
    await eventually('rows stored', async () => {
      const [row] = await runs.rows('SELECT rows_listed FROM execution WHERE id = ?', [id]);
      return row?.rows_listed > 0;
    });
    const shown = await cancelled(id, 'while storing');
    const stored = await interactions();
    expect(shown.counts).to.include({ listed: stored, imported: stored });
    expect(stored).to.be.within(1, count - 1);
    // What it had not got to can be retried.
    const again = await runs.ended(await retryExecution(services, runs.accountId, id, { by: 'test' }));
    expect(again).to.include({ status: 'success' });
    expect(again.counts).to.include({ listed: count, duplicate: stored, imported: count - stored });
  });

  it('ends the wait before a source is asked again', async () => {
    const job = await importJob({ port: 1 });
    // As long as a pause may be in which the run keeps its place.
    runs.work({ retryMs: 15_000 });
    const id = await runs.trigger(job);
    await eventually('the wait', async () => {
      const log = await runs.rows("SELECT message FROM execution_log WHERE execution_id = ? AND level = 'warn'", [id]);
      return log.some(({ message }) => /Tried again in \d+ s, attempt 2 of 3\./.test(message));
    });
    await cancelled(id, 'between two attempts');
  });

  it('ends at once what nobody works on, between two attempts of the worker', async () => {
    const job = await importJob();
    const failing = () => Promise.reject(new AppError('database_unavailable', 'The database is away.'));
    const handler = executeHandler(services, { runImport: failing, runExport: failing });
    const serving = serve(services, [handler], { pollMs: 20 });
    const id = await runs.trigger(job);
    const waits = await eventually('the wait', async () => {
      const [row] = await runs.rows(
        'SELECT retry_at FROM execution WHERE id = ? AND retry_at > NOW(3) + INTERVAL 500000 MICROSECOND',
        [id],
      );
      return row;
    });
    expect(waits.retry_at).to.be.instanceOf(Date);
    const shown = await cancelled(id, 'between two attempts of the worker');
    expect(
      linesOf(shown).some((said) =>
        /^warn: The database is away\. Tried again in \d+ s, attempt 2 of 12\.$/.test(said),
      ),
    ).to.equal(true);
    await serving.stop({ finishMs: 0, abortMs: 500 });
  });

  /** An export whose report of so many bytes is made already, triggered and not begun. */
  async function exportOf(bytes: number, connector: number): Promise<Buffer> {
    const job = await runs.job('scores', 'data_export', [connector]);
    const id = await runs.trigger(job);
    const storageKey = `reports/${id.toString('hex')}/1`;
    const stored = await services.storage.put(storageKey, content(bytes));
    const part = { part: 1, fileName: 'scores.csv', storageKey, rowCount: 7, ...stored };
    await transaction(services.database.pool, (connection) => insertParts(connection, runs.accountId, id, [part]));
    return id;
  }
  async function* content(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; left -= megabyte) yield Buffer.alloc(Math.min(left, megabyte), 'calls,');
  }

  it('ends a delivery by SFTP and leaves no part of the file there; a retry delivers it', async () => {
    const connector = await runs.connector('results', 'export', 'sftp', sftpConfig(sshd, { port: line.port }));
    const id = await exportOf(32 * megabyte, connector);
    line.setPace(2 * megabyte);
    runs.work();
    const unfinished = await eventually('a part of the file', () => {
      const [name] = readdirSync(sshd.directory).filter((file) => file.endsWith('.part'));
      return name !== undefined && statSync(join(sshd.directory, name)).size > megabyte && name;
    });
    expect(unfinished).to.match(/^\.scores\.csv\.[0-9a-f]{12}\.part$/);
    await eventually('what is to be delivered', async () => {
      const [row] = await runs.rows('SELECT bytes_read, bytes_expected FROM execution WHERE id = ?', [id]);
      return row?.bytes_expected === 32 * megabyte && row.bytes_read > 0;
    });
    const shown = await cancelled(id, 'while delivering by SFTP');
    expect(shown.counts).to.deep.equal({ rows: 7, parts: 1 });
    expect(readdirSync(sshd.directory)).to.deep.equal([]);

    line.setPace(Number.POSITIVE_INFINITY);
    const again = await runs.ended(await retryExecution(services, runs.accountId, id, { by: 'test' }));
    expect(again).to.include({ status: 'success' });
    expect(readdirSync(sshd.directory)).to.deep.equal(['scores.csv']);
    expect(readFileSync(join(sshd.directory, 'scores.csv')).length).to.equal(32 * megabyte);
  });

  it('ends a delivery to S3 and leaves neither an object nor an open upload', async () => {
    const s3 = await testS3();
    const bucket = await newBucket(s3);
    const slow = await startSlowLine({ host: '127.0.0.1', port: Number(new URL(s3.url).port) });
    const connector = await runs.connector('store', 'export', 's3', {
      ...{ bucket, prefix: '', region: 'us-east-1', endpoint: slow.url },
      ...{ access_key: s3.accessKeyId, secret_key: s3.secretAccessKey },
    });
    const id = await exportOf(40 * megabyte, connector);
    slow.setPace(6 * megabyte);
    runs.work();
    await eventually('an open upload', async () => (await uploadsIn(s3, bucket)) > 0);
    await eventually('a part of it', async () => {
      const [row] = await runs.rows('SELECT bytes_read FROM execution WHERE id = ?', [id]);
      return row?.bytes_read > 8 * megabyte;
    });
    await cancelled(id, 'while delivering to S3');
    expect(await uploadsIn(s3, bucket)).to.equal(0);
    expect(await listKeys(s3, bucket, '')).to.deep.equal([]);
    slow.setPace(Number.POSITIVE_INFINITY);
    const again = await runs.ended(await retryExecution(services, runs.accountId, id, { by: 'test' }));
    expect(again).to.include({ status: 'success' });
    expect(await listKeys(s3, bucket, '')).to.deep.equal(['scores.csv']);
    await slow.close();
  });

  async function uploadsIn({ owner }: TestS3, Bucket: string): Promise<number> {
    const { Uploads = [] } = await owner.send(new ListMultipartUploadsCommand({ Bucket }));
    return Uploads.length;
  }
});
