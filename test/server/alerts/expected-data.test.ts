import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { dismissAlert, removeOldAlerts } from '../../../db/queries/alerts.ts';
import { addPositions, movePosition } from '../../../db/queries/stream-positions.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import { watchExpectedData } from '../../../server/alerts/expected-data.ts';
import { findConnector, saveConnector, setConnectorEnabled } from '../../../server/configuration/connectors.ts';
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
  });

  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * hourMs);
  /** Later than what was raised before, also where both come within a millisecond. */
  const aMomentOn = () => new Date(Date.now() + 1);
  const save = (input: { name: string; type: string; config: object }) =>
    saveConnector(services, accountId, { ...input, direction: 'import' }, { by: 'test' });
  /** As its form saves it. */
  async function expectWithin(hours: number | undefined): Promise<void> {
    const { name, type, config } = await findConnector(services, accountId, 'calls');
    await save({ name, type, config: { ...config, expect_data_hours: hours } });
  }
  const savedLongAgo = () => query('UPDATE connector SET updated_at = ?', [hoursAgo(100)]);
  async function expectEvery(hours: number): Promise<void> {
    await expectWithin(hours);
    await savedLongAgo();
  }
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
    await ran(aMomentOn(), 3);
    await watch();
    expect(await messages()).to.deep.equal([]);
    expect(await mails()).to.deep.equal(['raised', 'resolved']);
  });

  it('that came are not told where somebody only saved the connector', async () => {
    await ran(hoursAgo(30), 10);
    await watch();
    await expectWithin(48);
    await watch();
    expect(await messages()).to.deep.equal([]);
    expect(await mails()).to.deep.equal(['raised']);
  });

  it('stay dismissed for as long as they stay away, and are missed again when they stay away once more', async () => {
    const { pool } = services.database;
    await ran(hoursAgo(30), 10);
    await watch();
    const [alert] = await listOpenAlerts(pool, accountId);
    await dismissAlert(pool, accountId, alert?.id ?? 0);
    await watch();
    expect(await messages()).to.deep.equal([]);
    expect(await mails()).to.deep.equal(['raised']);
    await query('UPDATE alert SET resolved_at = ?, raised_at = ?', [hoursAgo(28), hoursAgo(30)]);
    await ran(hoursAgo(27), 10);
    await watch();
    expect(await messages()).to.have.length(1);
    expect(await mails()).to.deep.equal(['raised', 'raised']);
  });

  it('stay dismissed also when old alerts are removed', async () => {
    const { pool } = services.database;
    await watch();
    const [alert] = await listOpenAlerts(pool, accountId);
    await dismissAlert(pool, accountId, alert?.id ?? 0);
    await query('UPDATE alert SET resolved_at = NOW(3) - INTERVAL 31 DAY');
    await query('UPDATE connector SET updated_at = NOW(3) - INTERVAL 33 DAY');
    await removeOldAlerts(pool);
    await watch();
    expect(await messages()).to.deep.equal([]);
  });

  it('that were never missed leave nothing behind', async () => {
    await ran(hoursAgo(1), 10);
    await watch();
    expect(await query('SELECT kind FROM alert')).to.deep.equal([]);
  });

  describe('that come and go', () => {
    const hoursPass = async (hours: number) => {
      const minutes = hours * 60;
      await query('UPDATE connector SET updated_at = updated_at - INTERVAL ? MINUTE', [minutes]);
      await query('UPDATE execution_connector SET data_at = data_at - INTERVAL ? MINUTE', [minutes]);
      const times = ['raised_at', 'last_at', 'told_at', 'begun_since', 'resolved_at'];
      const before = times.map((time) => `${time} = ${time} - INTERVAL ${minutes} MINUTE`);
      await query(`UPDATE alert SET ${before.join(', ')}`);
    };
    const come = async () => {
      await ran(aMomentOn(), 5);
      await watch();
    };
    const stayAway = async () => {
      await hoursPass(1.1);
      await watch();
    };
    const flap = async (times: number) => {
      for (let n = 0; n < times; n++) {
        await stayAway();
        await come();
      }
    };
    const fiveTellings = ['raised', 'resolved', 'raised', 'resolved', 'raised'];

    beforeEach(async () => {
      await expectWithin(1);
      await come();
    });

    it('are told five times however often they do', async () => {
      await flap(6);
      expect(await mails()).to.deep.equal(fiveTellings);
      expect(await messages()).to.deep.equal([]);
    });

    it('are over once they have come for an hour, and what begins after that is told as ever', async () => {
      await flap(4);
      await hoursPass(0.7);
      await come();
      await hoursPass(0.7);
      await watch();
      expect(await mails(), 'nothing has come since').to.deep.equal(fiveTellings);
      await come();
      await watch();
      expect(await mails()).to.deep.equal([...fiveTellings, 'resolved']);
      await stayAway();
      expect((await mails()).slice(6)).to.deep.equal(['raised']);
    });

    it('are forgotten where nothing is expected any more', async () => {
      await flap(3);
      await expectWithin(undefined);
      await watch();
      await expectWithin(1);
      await stayAway();
      expect(await mails()).to.deep.equal([...fiveTellings, 'raised']);
    });
  });

  describe('of a stream', () => {
    const place = () => ({ accountId, connectorId: connector, locationHash: Buffer.alloc(32) });
    const stored = (at: Date) => query('UPDATE stream_position SET stored_at = ?', [at]);

    beforeEach(async () => {
      const config = { brokers: ['kafka.example.test:9092'], topic: 'interactions', expect_data_hours: 24 };
      await save({ name: 'events', type: 'ecc6x', config });
      await expectWithin(undefined);
      connector = (await findConnector(services, accountId, 'events')).id;
      await savedLongAgo();
      await addPositions(services.database.pool, place(), { topicId: undefined, offsets: new Map([[0, 5]]) });
    });

    it('are its events', async () => {
      await stored(hoursAgo(30));
      await watch();
      expect((await messages())[0]).to.contain('the last on');
      await stored(hoursAgo(0));
      await watch();
      expect(await messages()).to.deep.equal([]);
    });

    it('never came where it was only begun, or passed over what it could not store', async () => {
      await movePosition(services.database.pool, place(), 0, { from: 5, to: 7 });
      await watch();
      expect((await messages())[0]).to.contain('nothing has come yet');
    });

    it('did not come when its day was closed', async () => {
      await stored(hoursAgo(30));
      await ran(hoursAgo(16), 10);
      await watch();
      expect(await messages()).to.have.length(1);
    });
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
    await expectWithin(undefined);
    await savedLongAgo();
    await watch();
    expect(await messages()).to.deep.equal([]);
  });
});
