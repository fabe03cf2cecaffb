import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listDeliveries, listParts } from '../../../db/queries/reports.ts';
import { newId } from '../../../db/uuid.ts';
import type { LoadedConnector } from '../../../server/connectors/load.ts';
import { connectorType } from '../../../server/connectors/registry.ts';
import { runExport } from '../../../server/pipeline/export.ts';
import type { ExecutionRun } from '../../../server/pipeline/run.ts';
import type { Services } from '../../../server/services.ts';
import type { ReportConfig } from '../../../shared/job.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { claimed, reportConfig, seedAnalysis, seedExecution, seedInteraction, seedProfile } from '../reports/seed.ts';

const fileName = 'weekly-report-20261103-1130.csv';

describe('an export', () => {
  let services: Services;
  let sshd: Sshd;
  let accountId: number;

  before(async () => {
    services = await testServices();
    sshd = await startSshd();
  });
  after(async () => {
    await sshd.stop();
    await services.close();
  });

  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    await seedProfile(services, accountId, 'Basics', { Manual: { kind: 'manual' } });
    for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name), { recursive: true });
  });

  async function seedScored(count: number): Promise<void> {
    for (let i = 1; i <= count; i++) {
      const { id } = await seedInteraction(services, accountId, {
        externalId: `CALL-${i}`,
        metadata: { note: '=1+1' },
      });
      await seedAnalysis(services, accountId, id, { profile: 'Basics', points: i });
    }
  }

  /** A destination on the test's SFTP server; its folder may be one that is not there. */
  async function destination(name: string, given: { directory?: string; isEnabled?: boolean; port?: number } = {}) {
    const type = connectorType('sftp');
    const config = type.config.parse({
      host: sshd.host,
      port: given.port ?? sshd.port,
      username: sshd.username,
      host_key: sshd.hostKeyFingerprint,
      credential: { type: 'ssh_key', private_key: sshd.privateKey },
      directory: given.directory ?? sshd.directory,
    });
    const [result] = await services.database.pool.query(
      "INSERT INTO connector (account_id, uid, name, direction, type, config, created_by) VALUES (?, ?, ?, 'export', 'sftp', '{}', 'test')",
      [accountId, newId(), name],
    );
    const id = (result as { insertId: number }).insertId;
    return {
      id,
      accountId,
      name,
      timezone: 'Asia/Kolkata',
      type,
      config,
      isEnabled: given.isEnabled ?? true,
    } satisfies LoadedConnector;
  }

  async function exportRun(connectors: LoadedConnector[], report: ReportConfig | undefined = reportConfig()) {
    const id = await seedExecution(services, accountId);
    await services.database.pool.query("UPDATE execution SET created_at = '2026-11-03 06:00:30' WHERE id = ?", [id]);
    const work = await claimed(services, 'execute', accountId, id);
    const steps: string[] = [];
    const run: ExecutionRun = {
      services,
      id,
      accountId,
      connectors,
      report,
      work,
      signal: new AbortController().signal,
      async step(name, message) {
        steps.push(message === undefined ? name : `${name}: ${message}`);
      },
      async delivering() {
        steps.push('delivering');
      },
    };
    return { run, steps };
  }

  const delivered = () => readdirSync(sshd.directory).sort();
  const content = (name = fileName) => readFileSync(join(sshd.directory, name), 'utf8');

  it('writes the report and puts it on a real SFTP server under a name that says job and time', async () => {
    await seedScored(3);
    const { run, steps } = await exportRun([await destination('results')]);
    expect(await runExport(run)).to.deep.equal({ status: 'success', rows: 3, parts: 1 });
    expect(steps).to.deep.equal(['report', 'delivering', 'deliver: 3 rows in 1 part to 1 destination']);
    expect(delivered()).to.deep.equal([fileName]);
    expect(content()).to.equal('external_interaction_id,final_score\r\nCALL-1,1\r\nCALL-2,2\r\nCALL-3,3\r\n');

    const [part] = await listParts(services.database.pool, accountId, run.id);
    expect(part).to.include({
      part: 1,
      fileName,
      rowCount: 3,
      byteSize: statSync(join(sshd.directory, fileName)).size,
    });
    const [delivery] = await listDeliveries(services.database.pool, accountId, run.id);
    expect(delivery).to.include({ connectorName: 'results', status: 'delivered' });
    expect(delivery?.location).to.match(new RegExp(`^sftp://127.0.0.1:${sshd.port}/.*${fileName}$`));
  });

  it('defuses formulas in what customers wrote', async () => {
    await seedScored(1);
    const { run } = await exportRun([await destination('results')], reportConfig({ columns: ['note', 'final_score'] }));
    await runExport(run);
    expect(content()).to.equal("note,final_score\r\n'=1+1,1\r\n");
  });

  it('delivers a header alone when there is nothing to report, and says so', async () => {
    const { run } = await exportRun([await destination('results')]);
    expect(await runExport(run)).to.deep.equal({ status: 'success', note: 'no_data', rows: 0, parts: 1 });
    expect(content()).to.equal('external_interaction_id,final_score\r\n');
  });

  it('ends as partial_success when one destination of several fails, and names it', async () => {
    await seedScored(2);
    const missing = await destination('archive', { directory: '/no/such/folder' });
    const { run } = await exportRun([missing, await destination('results')]);
    const outcome = await runExport(run);
    expect(outcome).to.include({ status: 'partial_success', rows: 2, parts: 1 });
    expect(outcome.error?.message).to.match(/^archive: .*\/no\/such\/folder/);
    expect(delivered()).to.deep.equal([fileName]);
    const deliveries = await listDeliveries(services.database.pool, accountId, run.id);
    expect(deliveries.map(({ connectorName, status }) => [connectorName, status])).to.deep.equal([
      ['archive', 'failed'],
      ['results', 'delivered'],
    ]);
    expect(deliveries[0]?.error?.attempts).to.equal(1);
  });

  it('ends as delivery_failed when all fail: a disabled connector, and a server that is away, tried three times', async () => {
    await seedScored(1);
    const off = await destination('off', { isEnabled: false });
    const away = await destination('away', { port: 1 });
    const { run } = await exportRun([off, away]);
    const outcome = await runExport(run, { backoffMs: [1, 1] });
    expect(outcome.status).to.equal('delivery_failed');
    expect(outcome.error?.message).to.match(/"off" is disabled.* · away: /);
    const deliveries = await listDeliveries(services.database.pool, accountId, run.id);
    expect(deliveries.map(({ error }) => error?.attempts)).to.deep.equal([1, 3]);
    expect(outcome).to.include({ rows: 1, parts: 1 });
  });

  it('ends as handler_failed in words when the profile is not there or a column cannot be', async () => {
    const connectors = [await destination('results')];
    const unknown = await exportRun(connectors, reportConfig({ quality_profile: 'Gone' }));
    const outcome = await runExport(unknown.run);
    expect(outcome).to.include({ status: 'handler_failed', rows: 0, parts: 0 });
    expect(outcome.error?.message).to.contain('no quality profile "Gone"');
    expect(unknown.steps).to.deep.equal(['report']);
    const column = await exportRun(connectors, reportConfig({ columns: ['metric.joy'] }));
    expect((await runExport(column.run)).error?.code).to.equal('invalid');
    const { run } = await exportRun(connectors);
    expect((await runExport({ ...run, report: undefined })).error?.message).to.contain('no report configuration');
    expect(delivered()).to.deep.equal([]);
  });

  it('goes on after a crash: no part is written again, what was delivered stays, what failed is tried', async () => {
    await seedScored(2);
    const late = join(sshd.directory, 'late');
    const results = await destination('results');
    const archive = await destination('archive', { directory: late });
    const { run } = await exportRun([results, archive]);
    expect((await runExport(run)).status).to.equal('partial_success');

    const before = await listParts(services.database.pool, accountId, run.id);
    writeFileSync(join(sshd.directory, fileName), 'kept as it is');
    mkdirSync(late);
    chmodSync(late, 0o777);
    expect(await runExport({ ...run, connectors: [results, archive] })).to.deep.equal({
      status: 'success',
      rows: 2,
      parts: 1,
    });
    expect(await listParts(services.database.pool, accountId, run.id)).to.deep.equal(before);
    expect(content()).to.equal('kept as it is');
    expect(readFileSync(join(late, fileName), 'utf8')).to.contain('CALL-2,2');
  });

  it('stops without a word of its own when its lease is lost', async () => {
    await seedScored(1);
    const { run } = await exportRun([await destination('results')]);
    await services.database.pool.query('UPDATE work SET claim = claim + 1 WHERE id = ?', [run.work.id]);
    const lost = await runExport(run).catch((error) => error);
    expect(lost).to.have.property('code', 'lease_lost');
    expect(delivered()).to.deep.equal([]);
    const [parts] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT 1 FROM report_part WHERE execution_id = ?',
      [run.id],
    );
    expect(parts).to.deep.equal([]);
  });

  it('reports no other account’s analyses', async () => {
    await seedScored(1);
    accountId = (await testAccount(services)).id;
    const { run } = await exportRun([await destination('results')]);
    expect(await runExport(run)).to.include({ rows: 0, note: 'no_data' });
  });
});
