import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { apply, readConfiguration } from '../../../server/configuration/apply.ts';
import { getConnector, listConnectors, saveConnector } from '../../../server/configuration/connectors.ts';
import { exportConfiguration } from '../../../server/configuration/export.ts';
import { listJobs, removeJob, setJobEnabled } from '../../../server/configuration/jobs.ts';
import { saveJob } from '../../../server/configuration/jobs-save.ts';
import { removeConnector } from '../../../server/configuration/removal.ts';
import { triggerSystemJob } from '../../../server/schedule/system-job.ts';
import type { Services } from '../../../server/services.ts';
import { AppError } from '../../../shared/error.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { executionsOf } from '../jobs/jobs.ts';

const by = 'admin@example.test';
const config = { account_sid: 'acme1', api_key: 'key', api_token: 'token' };
const exolite = (name: string) => ({ name, direction: 'import', type: 'exolite', config });

describe('the job that goes with a connector', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
  });

  const onlyJob = async () => {
    const [job, ...others] = await listJobs(services, accountId);
    expect(others).to.deep.equal([]);
    if (!job) throw new Error('there is no job');
    return job;
  };
  const refused = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(AppError);
    return error as AppError;
  };
  const arrival = (connectorId: number) =>
    transaction(services.database.pool, (connection) => triggerSystemJob(connection, accountId, connectorId, 'inbox'));

  it('is made when the connector is saved: daily at 02:30 in India, and begun at once', async () => {
    await saveConnector(services, accountId, exolite('phone calls'), { by });
    const job = await onlyJob();
    expect(job).to.deep.include({ name: 'phone calls', type: 'data_import', is_system: true, created_by: by });
    expect(job.schedule).to.include({ frequency: 'daily', at: '02:30', timezone: 'Asia/Kolkata' });
    expect(job.next_due_at?.toISOString()).to.match(/T21:00:00\.000Z$/);
    const [first, ...others] = await executionsOf(services, job.id);
    expect(first).to.deep.include({ status: 'pending', trigger_kind: 'connector_saved', triggered_by: by });
    expect(others).to.deep.equal([]);
    const [work] = await services.database.pool.query<RowDataPacket[]>('SELECT kind FROM work WHERE subject = ?', [
      first?.id,
    ]);
    expect(work).to.deep.equal([{ kind: 'execute' }]);
  });

  it('is made once, by the console and by a document alike, and follows the name', async () => {
    const document = readConfiguration(
      'connectors: [{ name: calls, direction: import, type: exolite, config: { account_sid: a, api_key: k, api_token: t } }]',
      {},
    );
    await apply(services, accountId, document, { by });
    await apply(services, accountId, document, { by });
    const { uid } = (await listConnectors(services, accountId))[0] ?? { uid: '' };
    await saveConnector(services, accountId, exolite('renamed'), { by, uid });
    const job = await onlyJob();
    expect(job.name).to.equal('renamed');
    expect(await executionsOf(services, job.id)).to.have.length(1);
    expect(await exportConfiguration(services, accountId)).not.to.contain('jobs:\n  - name: renamed');
  });

  it('begins nothing for a connector that is saved as disabled', async () => {
    await saveConnector(services, accountId, { ...exolite('later'), is_enabled: false }, { by });
    expect(await executionsOf(services, (await onlyJob()).id)).to.deep.equal([]);
  });

  it('can be disabled, but neither changed nor deleted by itself; it goes with its connector', async () => {
    const { uid } = await saveConnector(services, accountId, exolite('calls'), { by });
    const job = await onlyJob();
    expect((await refused(removeJob(services, accountId, job.uid))).code).to.equal('conflict');
    const other = {
      name: 'calls',
      type: 'data_import',
      connectors: ['calls'],
      schedule: { frequency: 'daily', at: '05:00' },
    };
    expect((await refused(saveJob(services, accountId, other, { by, uid: job.uid }))).message).to.contain(
      'goes with it',
    );
    await setJobEnabled(services, accountId, job.uid, false);
    expect((await onlyJob()).is_enabled).to.equal(false);
    await removeConnector(services, accountId, uid);
    expect(await listJobs(services, accountId)).to.deep.equal([]);
  });

  it('takes no name that a job has: nothing is saved then, and a dry run says so too', async () => {
    await saveConnector(services, accountId, exolite('first'), { by });
    const mine = { name: 'mine', type: 'data_import', connectors: ['first'], schedule: { frequency: 'daily' } };
    await saveJob(services, accountId, mine, { by });
    for (const dryRun of [true, false]) {
      const error = await refused(saveConnector(services, accountId, exolite('mine'), { by, dryRun }));
      expect(error).to.include({ code: 'conflict', field: 'name' });
    }
    expect((await listConnectors(services, accountId)).map(({ name }) => name)).to.deep.equal(['first']);
  });

  it('runs on an arrival, once for all that come before it begins, and not while it is disabled', async () => {
    const { uid } = await saveConnector(services, accountId, exolite('calls'), { by });
    const { id: connectorId } = await getConnector(services, accountId, uid);
    const job = await onlyJob();
    const pending = await arrival(connectorId);
    expect(await executionsOf(services, job.id)).to.have.length(1);
    await services.database.pool.query("UPDATE execution SET status = 'processing' WHERE id = ?", [pending]);
    const next = await Promise.all([arrival(connectorId), arrival(connectorId), arrival(connectorId)]);
    expect(new Set(next.map((id) => id?.toString('hex'))).size).to.equal(1);
    expect(await executionsOf(services, job.id)).to.have.length(2);
    await setJobEnabled(services, accountId, job.uid, false);
    expect(await arrival(connectorId)).to.equal(undefined);
  });

  it('runs on an arrival also while a retry or days to be read again wait to begin, for those do not look for it', async () => {
    const { uid } = await saveConnector(services, accountId, exolite('calls'), { by });
    const { id: connectorId } = await getConnector(services, accountId, uid);
    const job = await onlyJob();
    const [first] = await executionsOf(services, job.id);
    for (const others of ['retry_of = id', 'retry_of = NULL, range_from = NOW(3), range_to = NOW(3)']) {
      await services.database.pool.query(`UPDATE execution SET ${others} WHERE id = ?`, [first?.id]);
      const made = await arrival(connectorId);
      expect(made, others).not.to.deep.equal(first?.id);
      await services.database.pool.query('DELETE FROM execution WHERE id = ?', [made]);
    }
  });
});
