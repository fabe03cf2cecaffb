import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../../db/database.ts';
import { addIngressItem } from '../../../../db/queries/ingress-jobs.ts';
import { ingressConnectorId } from '../../../../db/queries/interactions.ts';
import { nextReadyItems } from '../../../../db/queries/source-items.ts';
import { addWork, claimWork } from '../../../../db/queries/work.ts';
import { newId } from '../../../../db/uuid.ts';
import { importItem } from '../../../../server/pipeline/import/item.ts';
import { readRows } from '../../../../server/rows/rows.ts';
import type { Services } from '../../../../server/services.ts';
import { testAccount, testServices } from '../../../harness/services.ts';

describe('a file that came over the API', () => {
  let services: Services;
  let accountId: number;

  before(async () => {
    services = await testServices();
  });
  beforeEach(async () => {
    ({ id: accountId } = await testAccount(services));
  });
  after(() => services.close());

  async function ingest(...ids: string[]): Promise<Buffer> {
    const { pool } = services.database;
    const jobId = newId();
    await transaction(pool, (connection) => addIngressItem(connection, accountId, jobId, 'ready'));
    await addWork(pool, [{ kind: 'ingest', accountId, subject: jobId }]);
    const [work] = await claimWork(pool, 'ingest', { limit: 1, leaseSeconds: 60 });
    const [item] = await nextReadyItems(pool, accountId, jobId, { after: undefined, limit: 1 });
    if (!work || !item) throw new Error('the job was not entered');
    const lines = ids.map((id) => `${id},CHAT,Agent: hello\n`);
    const text = Buffer.from(`external_interaction_id,channel_type,transcript_text\n${lines.join('')}`);
    const { signal } = new AbortController();
    await importItem({ services, signal, accountId, connectorId: ingressConnectorId }, item, {
      reader: { executionId: jobId, work },
      rules: [],
      onExisting: 'reject',
      toleratesRejected: true,
      open: async () => bytes(text),
      rows: (scratch) => readRows(scratch, { column_mapping: {}, timezone: 'UTC' }),
    });
    return jobId;
  }

  async function rows(sql: string, ...values: unknown[]) {
    const [found] = await services.database.pool.query<RowDataPacket[]>(sql, values);
    return found.map((row) => Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString() : value)));
  }

  function rejectedOf(jobId: Buffer) {
    return rows('SELECT line, code, external_id FROM rejected_row WHERE execution_id = ? ORDER BY id', jobId);
  }

  it('lists what it brought by line, and rejects ids that are there or come twice', async () => {
    await ingest('a');
    const jobId = await ingest('a', 'b', '', 'b', 'c');
    expect(await rows('SELECT line FROM ingress_job_interaction WHERE job_id = ? ORDER BY line', jobId)).to.deep.equal([
      [3],
      [6],
    ]);
    expect(await rejectedOf(jobId)).to.deep.equal([
      [2, 'duplicate', 'a'],
      [4, 'missing_field', null],
      [5, 'duplicate', 'b'],
    ]);
    expect(
      await rows('SELECT records_done, imported, duplicate, rejected FROM source_item WHERE execution_id = ?', jobId),
    ).to.deep.equal([[5, 2, 0, 3]]);
  });

  it('takes as many rows as the cap leaves room for, in their order, and rejects the others', async () => {
    await services.database.pool.query('UPDATE account SET monthly_cap = 3 WHERE id = ?', [accountId]);
    await ingest('first');
    const jobId = await ingest('z', 'first', 'y', 'x', 'w');
    expect(await rejectedOf(jobId)).to.deep.equal([
      [3, 'duplicate', 'first'],
      [5, 'cap_exceeded', 'x'],
      [6, 'cap_exceeded', 'w'],
    ]);
    expect(
      await rows('SELECT external_id FROM interaction WHERE account_id = ? ORDER BY external_id', accountId),
    ).to.deep.equal([['first'], ['y'], ['z']]);
    expect(await rows('SELECT conversations FROM conversation_count WHERE account_id = ?', accountId)).to.deep.equal([
      [3],
    ]);
  });
});

async function* bytes(content: Buffer) {
  yield content;
}
