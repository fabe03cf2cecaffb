import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ParquetReader } from '@dsnp/parquetjs';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import readXlsx from 'read-excel-file/node';
import { listDeliveries, listParts } from '../../../db/queries/reports.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import type { LoadedConnector } from '../../../server/connectors/load.ts';
import { connectorType } from '../../../server/connectors/registry.ts';
import { Places } from '../../../server/jobs/places.ts';
import { runExport } from '../../../server/pipeline/export.ts';
import type { ExecutionRun } from '../../../server/pipeline/run.ts';
import { saveMetadataField } from '../../../server/quality/metadata-fields.ts';
import type { Services } from '../../../server/services.ts';
import type { FileFormat, ReportConfig } from '../../../shared/report.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { type Sshd, startSshd } from '../../harness/sshd.ts';
import { claimed, reportConfig, seedAnalysis, seedExecution, seedInteraction, seedProfile } from '../reports/seed.ts';

/** Of whichever report was made last. */
let fileName: string;

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
  async function destination(
    name: string,
    given: { directory?: string; isEnabled?: boolean; port?: number; file_format?: FileFormat | 'ndjson' } = {},
  ) {
    const type = connectorType('sftp');
    const config = type.config.parse({
      host: sshd.host,
      port: given.port ?? sshd.port,
      username: sshd.username,
      host_key: sshd.hostKeyFingerprint,
      credential: { type: 'ssh_key', private_key: sshd.privateKey },
      directory: given.directory ?? sshd.directory,
      ...(given.file_format ? { file_format: given.file_format } : {}),
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
    fileName = `weekly-report-20261103-1130-${id.toString('hex').slice(-6)}.csv`;
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
      pause: new Places().pauserOf(new AbortController().signal),
      log: () => undefined,
      progress: () => undefined,
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

  it('has the format of its report; where that names none, each destination gets its own, of the same rows', async () => {
    await seedScored(2);
    const named = (extension: string) => fileName.replace('.csv', `.${extension}`);
    const lines = () => destination(`lines ${Math.random()}`, { file_format: 'ndjson' });
    const names = async (connectors: LoadedConnector[], report?: ReportConfig) => {
      for (const name of readdirSync(sshd.directory)) rmSync(join(sshd.directory, name));
      const { run } = await exportRun(connectors, report);
      expect(await runExport(run)).to.deep.equal({ status: 'success', rows: 2, parts: 1 });
      return { names: delivered(), run };
    };
    expect((await names([await lines()])).names).to.deep.equal([named('jsonl')]);
    expect(JSON.parse(content(named('jsonl')).split('\n')[0] ?? '')).to.include({ external_interaction_id: 'CALL-1' });
    expect((await names([await lines()], reportConfig({ file_format: 'csv' }))).names).to.deep.equal([fileName]);

    const [commas, sheet] = [await destination('commas'), await destination('sheet', { file_format: 'xlsx' })];
    const different = await names([await lines(), commas, sheet]);
    expect(different.names).to.deep.equal([named('csv'), named('jsonl'), named('xlsx')].sort());
    const { pool } = services.database;
    const parts = await listParts(pool, accountId, different.run.id);
    expect(parts.map(({ part, fileName: name, format, rowCount }) => [part, name, format, rowCount])).to.deep.equal([
      [1, named('jsonl'), 'jsonl', 2],
      [2, named('csv'), 'csv', 2],
      [3, named('xlsx'), 'xlsx', 2],
    ]);
    const places = (await listDeliveries(pool, accountId, different.run.id)).map(({ partId, connectorName }) => [
      parts.find(({ id }) => id === partId)?.format,
      connectorName.replace(/ .*/, ''),
    ]);
    expect(places).to.deep.equal([
      ['jsonl', 'lines'],
      ['csv', 'commas'],
      ['xlsx', 'sheet'],
    ]);
  });

  it('has metadata as what it is declared to be in each format that knows types, and as it is stored in CSV', async () => {
    const declared = { attempts: 'number', vip: 'boolean', born: 'date', note: 'string' } as const;
    for (const [cqa_key, data_type] of Object.entries(declared))
      await saveMetadataField(services, accountId, { cqa_key, display_name: cqa_key, data_type });
    const rows = [
      { attempts: '007', vip: 'Yes', born: '2026-11-02', note: '5' },
      { attempts: 'many', vip: 'perhaps', born: '2026-02-30', note: '6' },
      { attempts: '12345678901234567890', vip: 'false', born: '2026-11-02T10:00:00Z', note: '7' },
    ];
    for (const [index, metadata] of rows.entries()) {
      const startTime = new Date(Date.UTC(2026, 10, 1 + index));
      const { id } = await seedInteraction(services, accountId, { metadata, startTime });
      await seedAnalysis(services, accountId, id, { profile: 'Basics' });
    }
    const formats = ['csv', 'ndjson', 'xlsx', 'parquet'] as const;
    const connectors = await Promise.all(
      formats.map((file_format) => destination(file_format, { file_format: file_format as FileFormat })),
    );
    const { run } = await exportRun(
      connectors,
      reportConfig({ columns: ['attempts', 'vip', 'metadata.born', 'note'] }),
    );
    expect((await runExport(run)).status).to.equal('success');
    const file = (extension: string) => readFileSync(join(sshd.directory, fileName.replace('.csv', `.${extension}`)));
    expect(file('csv').toString().split('\r\n')[1]).to.equal('007,Yes,2026-11-02,5');
    const lines = file('jsonl').toString().trim().split('\n');
    expect(lines.map((line) => Object.values(JSON.parse(line)))).to.deep.equal([
      [7, true, '2026-11-02', '5'],
      ['many', 'perhaps', '2026-02-30', '6'],
      ['12345678901234567890', false, '2026-11-02T10:00:00Z', '7'],
    ]);
    const midnight = new Date('2026-11-02T00:00:00Z');
    const [sheet] = await readXlsx(file('xlsx'));
    expect(sheet?.data.slice(1, 3)).to.deep.equal([
      [7, true, midnight, '5'],
      ['many', 'perhaps', '2026-02-30', '6'],
    ]);
    const reader = await ParquetReader.openBuffer(file('parquet'));
    const cursor = reader.getCursor();
    expect(await cursor.next()).to.deep.include({ attempts: 7, vip: true, note: '5' });
    const unread = (await cursor.next()) as Record<string, unknown>;
    await reader.close();
    expect(unread).to.deep.include({ attempts_text: 'many', vip_text: 'perhaps', 'metadata.born_text': '2026-02-30' });
    expect(unread.attempts ?? null).to.equal(null);
  });

  it('tells of columns that nobody knows and that stayed empty', async () => {
    await seedScored(1);
    const columns = ['note', 'kpi.Manual.score', 'kpi.Gone.score', 'metadata.nobody'];
    const { run } = await exportRun([await destination('results')], reportConfig({ columns }));
    const said: string[] = [];
    const outcome = await runExport({ ...run, log: (level, message) => void said.push(`${level}: ${message}`) });
    expect(outcome).to.deep.include({
      status: 'success',
      note: '2 unknown columns left empty: kpi.Gone.score, metadata.nobody',
    });
    expect(said.filter((line) => line.startsWith('warn')).join('\n'))
      .to.contain('"kpi.Gone.score" is empty: no quality profile has a KPI "Gone" now')
      .and.contain('no metadata "nobody" is declared');
    const removed = await exportRun([await destination('again')], reportConfig({ columns: ['note', 'final_score'] }));
    expect(await runExport(removed.run)).to.not.have.property('note');
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

  it('removes what a worker had written that ended in the middle', async () => {
    await seedScored(1);
    const { storage } = services;
    const { run } = await exportRun([await destination('results')]);
    const work = { ...run.work, claim: run.work.claim + 2 };
    const keyOf = (claim: number) => `reports/${accountId}/${uuidText(run.id)}/${claim}/${fileName}`;
    await storage.put(keyOf(run.work.claim), Readable.from([Buffer.from('half a report')]));
    await services.database.pool.query('UPDATE work SET claim = ? WHERE id = ?', [work.claim, work.id]);
    expect((await runExport({ ...run, work })).status).to.equal('success');
    expect(await storage.size(keyOf(work.claim))).to.be.greaterThan(0);
    expect(await storage.size(keyOf(run.work.claim)).catch((error) => error.code)).to.equal('not_found');
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
