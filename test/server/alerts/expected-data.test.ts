import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import { watchExpectedData } from '../../../server/alerts/expected-data.ts';
import { setConnectorEnabled } from '../../../server/configuration/connectors.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from '../jobs/jobs.ts';

const hourMs = 3_600_000;

describe('data that must come', () => {
  let services: Services;
  let accountId: number;
  let connector: number;
  let job: number;

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    for (const table of ['connector', 'job', 'execution', 'execution_connector', 'alert', 'alert_notice'])
      await query(`DELETE FROM ${table}`);
    accountId = (await testAccount(services, { timezone: 'UTC' })).id;
    await query('UPDATE account SET alerts = ? WHERE id = ?', [
      JSON.stringify({ kinds: ['expected_data'], recovery: true, emails: ['ops@acme.example'] }),
      accountId,
    ]);
    connector = await addConnector(services, accountId, 'calls');
    job = await addJob(services, { accountId, connectors: [connector] });
    await expectEvery(24);
    await savedAt(hoursAgo(100));
  });

  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * hourMs);
  const expectEvery = (hours: number) =>
    query("UPDATE connector SET config = JSON_SET(config, '$.expect_data_hours', ?) WHERE id = ?", [hours, connector]);
  const savedAt = (time: Date) => query('UPDATE connector SET updated_at = ? WHERE id = ?', [time, connector]);
  const watch = () => watchExpectedData(services, new Date());
  const messages = async () => (await listOpenAlerts(services.database.pool, accountId)).map(({ message }) => message);
  const mails = async () => (await query('SELECT event FROM alert_notice ORDER BY id')).map(({ event }) => event);

  /** A run that ended then; `rows` is what it read. */
  async function ran(at: Date, rows: number): Promise<void> {
    const id = newId();
    await query(
      `INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status, data_at)
         VALUES (?, ?, ?, ?, 'success', ?)`,
      [accountId, connector, id, job, rows > 0 ? at : null],
    );
  }

  it('are missed once nothing has come for so long, though runs succeed, and once only', async () => {
    await ran(hoursAgo(25), 10);
    await ran(hoursAgo(1), 0);
    await watch();
    await watch();
    const [message, ...others] = await messages();
    expect(message).to.match(
      /^Nothing has come from "calls" for more than 24 hours: the last on \d+ \w+, \d\d:\d\d \(UTC\)\./,
    );
    expect(message).to.contain('ask whoever runs the source');
    expect(others).to.deep.equal([]);
    expect(await mails()).to.deep.equal(['raised']);
  });

  it('are not missed while they come, and end the alert when they come again', async () => {
    await ran(hoursAgo(23), 1);
    await watch();
    expect(await messages()).to.deep.equal([]);
    await expectEvery(20);
    await watch();
    expect(await messages()).to.have.length(1);
    await ran(hoursAgo(0), 3);
    await watch();
    expect(await messages()).to.deep.equal([]);
    expect(await mails()).to.deep.equal(['raised', 'resolved']);
  });

  it('of a stream are its events', async () => {
    const stored = (at: Date) =>
      query(
        `INSERT INTO stream_position (account_id, connector_id, location_hash, partition_id, next_offset, stored_at)
           VALUES (?, ?, ?, 0, 5, ?) ON DUPLICATE KEY UPDATE stored_at = VALUES(stored_at)`,
        [accountId, connector, Buffer.alloc(32), at],
      );
    await stored(hoursAgo(30));
    await watch();
    expect(await messages()).to.have.length(1);
    await stored(hoursAgo(0));
    await watch();
    expect(await messages()).to.deep.equal([]);
  });

  it('that never came are missed in other words, and so is a connector that no job reads', async () => {
    await watch();
    expect((await messages())[0]).to.contain('nothing has come yet');
    await query('UPDATE job SET is_enabled = FALSE WHERE id = ?', [job]);
    await watch();
    expect((await messages())[0]).to.contain('No enabled job reads from this connector');
  });

  it('are waited for from when the connector was enabled on, and are nobody’s concern while it is not', async () => {
    await ran(hoursAgo(50), 10);
    const enable = async (isEnabled: boolean) => {
      const [row] = await query('SELECT uid FROM connector WHERE id = ?', [connector]);
      await setConnectorEnabled(services, accountId, uuidText(row?.uid), isEnabled);
    };
    await watch();
    expect(await messages()).to.have.length(1);
    await enable(false);
    await watch();
    expect(await messages()).to.deep.equal([]);
    await enable(true);
    await watch();
    expect(await messages()).to.deep.equal([]);
    expect(await mails()).to.deep.equal(['raised']);
  });

  it('are expected of nobody who has not said so', async () => {
    await query("UPDATE connector SET config = JSON_REMOVE(config, '$.expect_data_hours') WHERE id = ?", [connector]);
    await watch();
    expect(await messages()).to.deep.equal([]);
  });
});
