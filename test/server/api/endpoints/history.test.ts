import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { transaction } from '../../../../db/database.ts';
import { insertParts, listParts, saveDelivery } from '../../../../db/queries/reports.ts';
import { uuidText } from '../../../../db/uuid.ts';
import { showExecution } from '../../../../server/jobs/show.ts';
import type { ApiServer } from '../../../harness/api.ts';
import { seedExecution, seedProfile } from '../../reports/seed.ts';
import { checkedServer } from './checked.ts';

interface Part {
  part: number;
  sha256: string;
  download_path: string;
  deliveries: object[];
}

interface Executions {
  executions: { execution_id: string; job_name: string }[];
  pagination: object;
}

const content = 'external_interaction_id,final_score\r\nCALL-1,10\r\n';

describe('what integrators read beside analyses', () => {
  let server: ApiServer;
  let reportId: Buffer;
  const others = { key: '', accountId: '' };

  before(async () => {
    server = await checkedServer();
    const { services, account } = server;
    const { key, account: other } = await server.anotherAccount();
    Object.assign(others, { key, accountId: other.uid });
    await seedProfile(services, account.id, 'Basics', { Greeting: { kind: 'manual' }, Closing: { kind: 'manual' } });
    for (let i = 0; i < 5; i++)
      await seedExecution(services, account.id, { jobName: `import ${i}`, type: 'data_import' });
    reportId = await seedExecution(services, account.id, { jobName: 'Weekly report' });
    await seedExecution(services, account.id, { jobName: 'report without parts' });
    const storageKey = `reports/${account.id}/${reportId.toString('hex')}/1`;
    const { byteSize, sha256 } = await services.storage.put(storageKey, once(content));
    const part = { part: 1, fileName: 'weekly-report-20261103-0600.csv', storageKey, rowCount: 1, byteSize, sha256 };
    await transaction(services.database.pool, (connection) => insertParts(connection, account.id, reportId, [part]));
    const [connector] = await services.database.pool.query('INSERT INTO connector SET ?', {
      ...{ account_id: account.id, uid: reportId, name: 'results bucket', direction: 'export', type: 's3' },
      ...{ config: '{}', created_by: 'test' },
    });
    const [stored] = await listParts(services.database.pool, account.id, reportId);
    const place = { partIds: [stored?.id ?? 0], connectorId: (connector as { insertId: number }).insertId };
    await saveDelivery(services.database.pool, account.id, place, { location: 's3://results/weekly.csv', byteSize });
  });
  after(() => server.close());

  it('quality profiles: in a list with their size, alone with their whole body', async () => {
    const { data } = await server.call<{ quality_profiles: { uid: string }[] }>('GET', '/quality-profiles');
    expect(data.quality_profiles).to.have.lengthOf(1);
    const [summary] = data.quality_profiles;
    expect(summary).to.include({ name: 'Basics', version: 1, categories: 1, sub_categories: 1, kpis: 2 });
    const one = await server.call<{ profile: { categories: { name: string }[] } }>(
      'GET',
      `/quality-profiles/${summary?.uid}`,
    );
    expect(one.data).to.include({ name: 'Basics', uid: summary?.uid });
    expect(one.data.profile.categories[0]?.name).to.equal('Conduct');
    expect((await server.call('GET', `/quality-profiles/${summary?.uid}`, others)).code).to.equal('NOT_FOUND');
    expect((await server.call<typeof data>('GET', '/quality-profiles', others)).data.quality_profiles).to.be.empty;
  });

  it('executions: newest first, by page, by type and status', async () => {
    const page = async (query: string) => (await server.call<Executions>('GET', `/executions${query}`)).data;
    const all = await page('');
    expect(all.executions.map(({ job_name }) => job_name).slice(0, 3)).to.deep.equal([
      ...['report without parts', 'Weekly report', 'import 4'],
    ]);
    expect(all.pagination).to.deep.equal({ page: 0, size: 20, total_elements: 7, total_pages: 1 });
    const pages = [await page('?size=3'), await page('?size=3&page=1'), await page('?size=3&page=2')];
    expect(pages.flatMap(({ executions }) => executions)).to.deep.equal(all.executions);
    expect((await page('?size=3&page=3')).executions).to.deep.equal([]);
    expect((await page('?type=data_export')).executions).to.have.lengthOf(2);
    expect((await page('?status=success')).pagination).to.include({ total_elements: 0 });
    const refused = await server.call('GET', '/executions?type=report');
    expect(refused).to.include({ status: 400, code: 'VALIDATION_ERROR' });
    expect(refused.message).to.match(/type must be data_import or data_export/);
    expect((await server.call<Executions>('GET', '/executions', others)).data.executions).to.deep.equal([]);
  });

  it('an execution: what the CLI shows', async () => {
    const { data } = await server.call('GET', `/executions/${uuidText(reportId)}`);
    const shown = await showExecution(server.services, server.account.id, reportId);
    expect(data).to.deep.equal(JSON.parse(JSON.stringify(shown)));
    expect((await server.call('GET', `/executions/${uuidText(reportId)}`, others)).code).to.equal('NOT_FOUND');
    expect((await server.call('GET', '/executions/nothing')).code).to.equal('NOT_FOUND');
  });

  it('an execution that waits for another attempt: when it goes on', async () => {
    const { pool } = server.services.database;
    const waiting = await seedExecution(server.services, server.account.id, { jobName: 'waits', type: 'data_import' });
    await pool.query("UPDATE execution SET retry_at = '2026-11-03 10:00:00.250' WHERE id = ?", [waiting]);
    const { data } = await server.call<{ retry_at: string }>('GET', `/executions/${uuidText(waiting)}`);
    expect(data.retry_at).to.equal('2026-11-03T10:00:00.250Z');
  });

  it('reports: those that have files, with where these are and where they went', async () => {
    const list = await server.call<{ reports: object[]; pagination: object }>('GET', '/reports');
    expect(list.data.reports).to.have.lengthOf(1);
    expect(list.data.reports[0]).to.include({ execution_id: uuidText(reportId), parts: 1, rows: 1 });
    expect(list.data.pagination).to.include({ total_elements: 1 });
    const { data } = await server.call<{ parts: Part[] }>('GET', `/reports/${uuidText(reportId)}`);
    const [part] = data.parts;
    expect(part).to.deep.include({ part: 1, rows: 1, bytes: content.length });
    expect(part?.sha256).to.equal(createHash('sha256').update(content).digest('hex'));
    expect(part?.deliveries).to.deep.equal([
      {
        connector: 'results bucket',
        status: 'delivered',
        location: 's3://results/weekly.csv',
        links_until: null,
        error: null,
      },
    ]);
  });

  it('a report’s file, unsealed, under its name', async () => {
    const { data } = await server.call<{ parts: Part[] }>('GET', `/reports/${uuidText(reportId)}`);
    const response = await fetch(`${server.url}${data.parts[0]?.download_path}`, {
      headers: { 'x-api-key': server.key },
    });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^text\/csv/);
    expect(response.headers.get('content-disposition')).to.match(
      /^attachment; filename="?weekly-report-20261103-0600.csv"?$/,
    );
    expect(await response.text()).to.equal(content);
  });

  it('no report and no file of another account, or that is not there', async () => {
    const report = `/reports/${uuidText(reportId)}`;
    for (const path of [report, `${report}/parts/1`])
      expect((await server.call('GET', path, others)).code, path).to.equal('NOT_FOUND');
    for (const path of [
      `${report}/parts/2`,
      `${report}/parts/x`,
      `${report}/parts/99999`,
      '/reports/x',
      '/reports/x/parts/1',
    ]) {
      const { code, headers } = await server.call('GET', path);
      expect(code, path).to.equal('NOT_FOUND');
      expect(headers.get('content-disposition')).to.equal(null);
    }
    expect((await server.call<{ reports: object[] }>('GET', '/reports', others)).data.reports).to.deep.equal([]);
  });

  it('a file that is gone from storage is told as that', async () => {
    const { pool } = server.services.database;
    await pool.query("UPDATE report_part SET storage_key = 'reports/gone' WHERE execution_id = ?", [reportId]);
    const { code, message, headers } = await server.call('GET', `/reports/${uuidText(reportId)}/parts/1`);
    expect(code).to.equal('NOT_FOUND');
    expect(message).to.match(/no longer in storage/);
    expect(headers.get('content-disposition')).to.equal(null);
  });
});

async function* once(text: string) {
  yield Buffer.from(text);
}
