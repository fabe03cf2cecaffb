import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { listOpenAlerts } from '../../../db/queries/alert-list.ts';
import { dismissAlert } from '../../../db/queries/alerts.ts';
import { type ReaderState, saveReaders } from '../../../db/queries/stream-readers.ts';
import { newId } from '../../../db/uuid.ts';
import { watchStreams } from '../../../server/alerts/streams.ts';
import type { Services } from '../../../server/services.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from '../jobs/jobs.ts';
import { mailsOf, setAlerts, toldOf } from './alerting.ts';

describe('a stream that is not read', () => {
  let services: Services;
  let accountId: number;
  let connector: number;
  let job: number;
  const processId = newId();

  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    for (const table of ['connector', 'job', 'alert', 'stream_reader']) await query(`DELETE FROM ${table}`);
    accountId = (await testAccount(services)).id;
    connector = await addConnector(services, accountId, 'calls 6x');
    job = await addJob(services, { accountId, name: 'calls 6x', connectors: [connector] });
    await query('UPDATE job SET is_system = TRUE WHERE id = ?', [job]);
    await setAlerts(services, accountId, { emails: ['ada@example.test'] });
  });

  const query = async (sql: string, values: unknown[] = []) =>
    (await services.database.pool.query<RowDataPacket[]>(sql, values))[0];
  // What makes a connector a stream is its type; what is looked at here is how its readers stand.
  const watch = () => watchStreams(services, ['sftp']);
  const open = () => listOpenAlerts(services.database.pool, accountId);
  const told = () => toldOf(services, accountId);
  const minutesPass = (minutes: number) =>
    query("UPDATE alert SET raised_at = raised_at - INTERVAL ? MINUTE WHERE kind = 'silent_since'", [minutes]);

  function reads(state: ReaderState, error: string | null = null): Promise<void> {
    const figures = { partitions: 1, lag: 0, eventsPerSecond: 0, lastEventAt: null, restarts: 0 };
    return saveReaders(services.database.pool, processId, [
      { accountId, connectorId: connector, state, error, ...figures },
    ]);
  }

  it('is told after five minutes, with the reason, once', async () => {
    await reads('failing', 'The brokers at kafka.example.test:9092 refuse the password.');
    await watch();
    await minutesPass(4);
    await watch();
    expect(await open()).to.deep.equal([]);
    await minutesPass(1);
    await watch();
    await watch();
    const [alert] = await open();
    expect(alert).to.deep.include({ kind: 'stream_failed', count: 1 });
    expect(alert?.message).to.match(/"calls 6x" has not been read for more than 5 minutes\. .*refuse the password/);
    expect(await told()).to.deep.equal(['raised stream_failed']);
    expect((await mailsOf(services, accountId))[0]?.list[0]?.connector).to.deep.equal({ name: 'calls 6x' });
  });

  it('is told also where no program reads streams at all', async () => {
    await watch();
    await minutesPass(6);
    await watch();
    expect((await open())[0]?.message).to.contain('No program with the role "stream" is running');
  });

  it('is over when it is read again, and people are told once', async () => {
    await watch();
    await minutesPass(6);
    await watch();
    await reads('following');
    await watch();
    await watch();
    expect(await open()).to.deep.equal([]);
    expect(await told()).to.deep.equal(['raised stream_failed', 'resolved stream_failed']);
    await reads('failing', 'Away.');
    await watch();
    expect(await told()).to.have.length(2);
    await minutesPass(6);
    await watch();
    expect(await told()).to.deep.equal(['raised stream_failed', 'resolved stream_failed', 'raised stream_failed']);
  });

  it('is nobody’s concern once it is switched off, and nobody is told of a recovery', async () => {
    await watch();
    await minutesPass(6);
    await watch();
    await query('UPDATE connector SET is_enabled = FALSE WHERE id = ?', [connector]);
    await watch();
    expect(await open()).to.deep.equal([]);
    expect(await told()).to.deep.equal(['raised stream_failed']);
    await query('UPDATE connector SET is_enabled = TRUE WHERE id = ?', [connector]);
    await watch();
    expect(await open()).to.deep.equal([]);
  });

  it('that somebody dismissed is told again only when it is read no more once more', async () => {
    const { pool } = services.database;
    await watch();
    await minutesPass(6);
    await watch();
    const [alert] = await open();
    await dismissAlert(pool, accountId, alert?.id ?? 0);
    await watch();
    expect(await open()).to.deep.equal([]);
    await reads('following');
    await watch();
    await reads('failing', 'Away.');
    await watch();
    await query("UPDATE alert SET resolved_at = resolved_at - INTERVAL 10 MINUTE WHERE kind = 'stream_failed'");
    await minutesPass(6);
    await watch();
    expect(await open()).to.have.length(1);
    expect(await told()).to.deep.equal(['raised stream_failed', 'raised stream_failed']);
  });

  it('that came and went is no longer known for that once it is switched off', async () => {
    await watch();
    await minutesPass(6);
    await watch();
    await query("UPDATE alert SET begun = 4 WHERE kind = 'stream_failed'");
    await reads('following');
    await watch();
    await query('UPDATE connector SET is_enabled = FALSE WHERE id = ?', [connector]);
    await watch();
    await query('UPDATE connector SET is_enabled = TRUE WHERE id = ?', [connector]);
    await query("UPDATE alert SET last_at = last_at - INTERVAL 2 HOUR WHERE kind = 'stream_failed'");
    await watch();
    expect(await told()).to.deep.equal(['raised stream_failed']);
  });

  it('begins its five minutes anew when it is switched on again, also where it was not told before', async () => {
    await reads('failing', 'Away.');
    await watch();
    await query('UPDATE connector SET is_enabled = FALSE WHERE id = ?', [connector]);
    await watch();
    await minutesPass(180);
    await query('UPDATE connector SET is_enabled = TRUE WHERE id = ?', [connector]);
    await watch();
    expect(await open()).to.deep.equal([]);
    expect(await told()).to.deep.equal([]);
    await minutesPass(6);
    await watch();
    expect(await open()).to.have.length(1);
  });

  it('is not one that somebody reads while another program cannot', async () => {
    await reads('following');
    await saveReaders(services.database.pool, newId(), [
      {
        ...{ accountId, connectorId: connector, state: 'failing', error: 'Away.', partitions: 0, lag: 0 },
        ...{ eventsPerSecond: 0, lastEventAt: null, restarts: 3 },
      },
    ]);
    await watch();
    await minutesPass(60);
    await watch();
    expect(await open()).to.deep.equal([]);
  });
});
