import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { saveConnector, setConnectorEnabled } from '../../../server/configuration/connectors.ts';
import { removeConnector } from '../../../server/configuration/removal.ts';
import { openInboxFolder } from '../../../server/inbox/folder.ts';
import { type RunningInbox, startInboxServer } from '../../../server/inbox/server.ts';
import { startWorkerRole } from '../../../server/lanes/start.ts';
import { triggerSystemJob } from '../../../server/schedule/system-job.ts';
import type { Services } from '../../../server/services.ts';
import type { Workers } from '../../../server/worker/start.ts';
import { eventually } from '../../harness/eventually.ts';
import { scratchFolder } from '../../harness/folders.ts';
import { settingsOf, testAccount, testServices } from '../../harness/services.ts';
import { EccServer } from '../connectors/ecc4x/ecc-server.ts';
import { restV4 } from '../connectors/ecc4x/fixture.ts';
import { inboxPassword, makeInbox, sftp } from './inboxes.ts';

describe('an inbox that an ECC 4x connector reads', () => {
  const ecc = new EccServer();
  const folder = scratchFolder('readers');
  let services: Services;
  let server: RunningInbox;
  let workers: Workers;
  before(async () => {
    await ecc.start();
    services = await testServices();
    workers = startWorkerRole(settingsOf(services), services);
    server = await startInboxServer(services, { port: 0, host: '127.0.0.1', arrived: () => workers.wake() });
  });
  after(async () => {
    await server.close();
    await workers.stop();
    await services.close();
    await ecc.stop();
  });

  /** An account with the inbox "VLA", and "ECC reports" that reads it. */
  async function begin() {
    const { id: accountId } = await testAccount(services);
    const { username, connectorId } = await makeInbox(services, accountId, {}, 'VLA');
    const config = { source: { kind: 'sftp_report', inbox: 'vla' }, voice_log: restV4(ecc) };
    const input = { name: 'ECC reports', direction: 'import', type: 'ecc4x', config };
    const reader = await saveConnector(services, accountId, input, { by: 'test', create: true });
    await eventually('its first run is over', async () => (await ended(accountId, 'ECC reports')) === 1);
    return { accountId, username, connectorId, reader };
  }

  async function executions(accountId: number, connector: string): Promise<RowDataPacket[]> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT * FROM execution WHERE account_id = ? AND JSON_CONTAINS(connector_names, ?) ORDER BY id',
      [accountId, JSON.stringify(connector)],
    );
    return rows;
  }
  const ended = async (accountId: number, connector: string): Promise<number> =>
    (await executions(accountId, connector)).filter((row) => row.ended_at !== null).length;

  async function rowsOf(accountId: number): Promise<number> {
    const [rows] = await services.database.pool.query<RowDataPacket[]>(
      'SELECT COUNT(*) AS n FROM interaction WHERE account_id = ?',
      [accountId],
    );
    return rows[0]?.n;
  }

  async function upload(username: string, name: string, id: string): Promise<void> {
    const report = join(folder, name);
    writeFileSync(report, `crtObjectId,campaignId,callId,agent\n${id},110,${id}-call,Asha\n`);
    const options = { port: server.port, username, password: inboxPassword };
    const { code, output } = await sftp(options, [`put ${report} ${name}`]);
    expect(code, output).to.equal(0);
  }

  it('is read by that connector alone: its own job neither runs on arrival nor finds anything', async () => {
    const { accountId, username, connectorId } = await begin();
    ecc.calls.add([{ id: 'd1-vce-1', startedAt: new Date(Date.now() - 3_600_000) }]);
    await upload(username, 'report.csv', 'd1-vce-1');
    await eventually('the report was imported', async () => (await rowsOf(accountId)) === 1);
    await eventually('its run is over', async () => (await ended(accountId, 'ECC reports')) === 2);
    const [, run] = await executions(accountId, 'ECC reports');
    expect(run).to.include({ trigger_kind: 'arrival', triggered_by: `inbox ${username}`, status: 'success' });
    expect(await executions(accountId, 'VLA')).to.deep.equal([]);

    // As its daily run does.
    await transaction(services.database.pool, (connection) =>
      triggerSystemJob(connection, accountId, connectorId, 'test'),
    );
    await eventually('its own run is over', async () => (await ended(accountId, 'VLA')) === 1);
    const [daily] = await executions(accountId, 'VLA');
    expect(daily).to.include({ status: 'success', items_listed: 0 });
    expect(daily?.note).to.contain('read by "ECC reports"');
    expect((await openInboxFolder(services, accountId, { username })).readBy).to.equal('ECC reports');
  });

  it("is its own job's again when that connector is disabled or deleted", async () => {
    const { accountId, username, reader } = await begin();
    await setConnectorEnabled(services, accountId, reader.uid, false);
    await upload(username, 'one.csv', 'x1');
    await eventually('its own job ran', async () => (await ended(accountId, 'VLA')) === 1);
    await setConnectorEnabled(services, accountId, reader.uid, true);
    await upload(username, 'two.csv', 'x2');
    await eventually('the reader ran', async () => (await ended(accountId, 'ECC reports')) === 2);
    await removeConnector(services, accountId, reader.uid);
    await upload(username, 'three.csv', 'x3');
    await eventually('its own job ran again', async () => (await ended(accountId, 'VLA')) === 2);
  });
});
