import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { DateTime } from 'luxon';
import type { RowDataPacket } from 'mysql2/promise';
import { dismissAlert, listOpenAlerts } from '../../../db/queries/alerts.ts';
import { newId } from '../../../db/uuid.ts';
import { watchExpectedFiles } from '../../../server/alerts/expected-files.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob, executionsOf } from '../jobs/jobs.ts';

describe('files that must come', () => {
  let services: Services;
  let accountId: number;
  let connector: number;
  const now = new Date();

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    for (const table of ['connector', 'job', 'execution', 'work', 'alert'])
      await services.database.pool.query(`DELETE FROM ${table}`);
    accountId = (await testAccount(services, { timezone: 'UTC' })).id;
    connector = await addConnector(services, accountId, 'nightly calls');
    await expectFile({ savedAt: new Date(now.getTime() - 3 * 24 * 3_600_000) });
  });

  const query = async (sql: string, values: unknown[]) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];

  /** Due some minutes ago. */
  async function expectFile({ savedAt }: { savedAt: Date }): Promise<void> {
    const by = DateTime.fromJSDate(now, { zone: 'UTC' }).minus({ minutes: 5 }).toFormat('HH:mm');
    await query(
      "UPDATE connector SET config = JSON_SET(config, '$.expected_files', JSON_EXTRACT(?, '$')), updated_at = ? WHERE id = ?",
      [JSON.stringify([{ name: 'calls-*.csv', by }]), savedAt, connector],
    );
  }

  async function arrives(key: string, at: Date): Promise<void> {
    await query(
      `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state, created_at)
       VALUES (?, ?, ?, ?, ?, ?, '1', 'done', ?)`,
      [accountId, connector, newId(), Buffer.alloc(32), key, createHash('sha256').update(key).digest(), at],
    );
  }

  const watch = () => watchExpectedFiles(services, now);
  const messages = async () => (await listOpenAlerts(services.database.pool, accountId)).map(({ message }) => message);
  const end = (status: string) =>
    query('UPDATE execution SET status = ?, ended_at = NOW(3) WHERE job_id > 0', [status]);

  it('are looked for once more by the job, and missed only when that has ended', async () => {
    const job = await addJob(services, { accountId, connectors: [connector] });
    await watch();
    await watch();
    const [look, ...others] = await executionsOf(services, job);
    expect(look).to.deep.include({ trigger_kind: 'expected_file', status: 'pending' });
    expect(others).to.deep.equal([]);
    expect(await messages()).to.deep.equal([]);
    await end('success');
    await watch();
    const [message] = await messages();
    expect(message).to.match(/^calls-\*\.csv was expected at "nightly calls" by .* and has not come\./);
    expect(message).to.contain('was looked at after that time');
    await watch();
    expect(await messages()).to.have.length(1);
    expect(await executionsOf(services, job)).to.have.length(1);
  });

  it('that come late resolve their alert; those that came in time raise none', async () => {
    const job = await addJob(services, { accountId, connectors: [connector] });
    await watch();
    await end('success');
    await watch();
    expect(await messages()).to.have.length(1);
    await arrives('calls-7.csv', now);
    await watch();
    expect(await messages()).to.deep.equal([]);
    await query('DELETE FROM alert WHERE account_id = ?', [accountId]);
    await watch();
    expect(await messages()).to.deep.equal([]);
    expect(await executionsOf(services, job)).to.have.length(1);
  });

  it('of the day before do not stand for those of today', async () => {
    await arrives('calls-6.csv', new Date(now.getTime() - 25 * 3_600_000));
    await watch();
    expect(await messages()).to.have.length(1);
  });

  it('are missed in other words where nobody looks, and where the source cannot be read', async () => {
    await watch();
    expect((await messages())[0]).to.contain('No enabled job reads from this connector');
    await query('DELETE FROM alert WHERE account_id = ?', [accountId]);
    await addJob(services, { accountId, connectors: [connector] });
    await watch();
    await end('handler_failed');
    await watch();
    expect((await messages())[0]).to.contain('The source itself could not be read');
  });

  it('are nobody’s concern before the connector was saved, nor once the alert was dismissed', async () => {
    await expectFile({ savedAt: now });
    await watch();
    expect(await messages()).to.deep.equal([]);
    await expectFile({ savedAt: new Date(now.getTime() - 3 * 24 * 3_600_000) });
    await watch();
    const [alert] = await listOpenAlerts(services.database.pool, accountId);
    expect(await dismissAlert(services.database.pool, accountId, alert?.id ?? 0)).to.equal(true);
    await watch();
    expect(await messages()).to.deep.equal([]);
  });
});
