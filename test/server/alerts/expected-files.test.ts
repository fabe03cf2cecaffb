import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { DateTime } from 'luxon';
import type { RowDataPacket } from 'mysql2/promise';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { dismissAlert } from '../../../db/queries/alerts.ts';
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
  const longAgo = new Date(now.getTime() - 3 * 24 * 3_600_000);

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    for (const table of ['connector', 'job', 'execution', 'work', 'alert'])
      await services.database.pool.query(`DELETE FROM ${table}`);
    accountId = (await testAccount(services, { timezone: 'UTC' })).id;
    connector = await addConnector(services, accountId, 'nightly calls');
    await expectFile({ since: longAgo });
  });

  const query = async (sql: string, values: unknown[]) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];

  /** Due some minutes ago, and expected since then. */
  async function expectFile({ since, name = 'calls-*.csv' }: { since: Date; name?: string }): Promise<void> {
    const by = DateTime.fromJSDate(now, { zone: 'UTC' }).minus({ minutes: 5 }).toFormat('HH:mm');
    await query(
      "UPDATE connector SET config = JSON_SET(config, '$.expected_files', JSON_EXTRACT(?, '$')) WHERE id = ?",
      [JSON.stringify([{ name, by }]), connector],
    );
    await watch();
    for (const table of ['execution', 'work']) await query(`DELETE FROM ${table}`, []);
    await query("DELETE FROM alert WHERE kind = 'expected_file'", []);
    await query("UPDATE alert SET raised_at = ? WHERE kind = 'expecting_since'", [since]);
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

  it('are looked for also where a retry, or days that were read again, ended since: those list nothing of today', async () => {
    for (const others of ['retry_of = id', 'retry_of = NULL, range_from = NOW(3), range_to = NOW(3)']) {
      const job = await addJob(services, { accountId, connectors: [connector] });
      await watch();
      await query(`UPDATE execution SET status = 'success', ended_at = NOW(3), ${others} WHERE job_id = ?`, [job]);
      await watch();
      expect(await messages()).to.deep.equal([]);
      const [, look] = await executionsOf(services, job);
      expect(look).to.deep.include({ trigger_kind: 'expected_file', status: 'pending' });
      await query('UPDATE job SET is_enabled = FALSE WHERE id = ?', [job]);
    }
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
    await query("DELETE FROM alert WHERE kind = 'expected_file'", []);
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
    await query("DELETE FROM alert WHERE kind = 'expected_file'", []);
    await addJob(services, { accountId, connectors: [connector] });
    await watch();
    await end('handler_failed');
    await watch();
    expect((await messages())[0]).to.contain('The source itself could not be read');
  });

  it('are nobody’s concern before somebody expects them, nor once the alert was dismissed', async () => {
    await expectFile({ since: now });
    await watch();
    expect(await messages()).to.deep.equal([]);
    await expectFile({ since: longAgo });
    await watch();
    const [alert] = await listOpenAlerts(services.database.pool, accountId);
    expect(await dismissAlert(services.database.pool, accountId, alert?.id ?? 0)).to.equal(true);
    await watch();
    expect(await messages()).to.deep.equal([]);
  });

  it('resolve their alert also when the connector was changed, and when their day is past', async () => {
    await watch();
    expect(await messages()).to.have.length(1);
    await expectOtherwise();
    await arrives('out/CALLS-9.csv', now);
    await watchExpectedFiles(services, new Date(now.getTime() + 2 * 24 * 3_600_000));
    const { pool } = services.database;
    const [rows] = await pool.query<RowDataPacket[]>(
      "SELECT resolved_at FROM alert WHERE kind = 'expected_file' ORDER BY id LIMIT 1",
    );
    expect(rows[0]?.resolved_at).to.be.instanceOf(Date);
  });

  /** As an edit does. */
  async function expectOtherwise(): Promise<void> {
    await query(
      "UPDATE connector SET config = JSON_SET(config, '$.expected_files', JSON_EXTRACT(?, '$')), updated_at = NOW(3) WHERE id = ?",
      [JSON.stringify([{ name: 'other.csv', by: '06:00' }]), connector],
    );
  }

  it('of one connector are looked at whatever is wrong with another', async () => {
    const broken = await addConnector(services, accountId, 'broken');
    await query(
      "UPDATE connector SET config = JSON_SET(config, '$.expected_files', JSON_EXTRACT(?, '$')) WHERE id = ?",
      ['[{"by": "noon"}]', broken],
    );
    await query('UPDATE connector SET id = ? WHERE id = ?', [connector * 1000, connector]);
    connector *= 1000;
    await query('UPDATE alert SET connector_id = ?', [connector]);
    await watch();
    expect(await messages()).to.have.length(1);
  });

  it('with long names in any script are told', async () => {
    await expectFile({ since: longAgo, name: `${'कॉल'.repeat(30)}-*.csv` });
    await watch();
    expect((await messages())[0]).to.contain('कॉल');
  });
});
