import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { endExecution, moveExecution } from '../../../db/queries/execution-progress.ts';
import { addExecution } from '../../../db/queries/executions.ts';
import { selectLastRunsOfConnectors, selectLastRunsOfJobs } from '../../../db/queries/last-runs.ts';
import { newId, uuidText } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import { testAccount, testServices } from '../../harness/services.ts';

describe('the last run', () => {
  let services: Services;
  let accountId: number;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
  });

  const insert = async (table: 'connector' | 'job', name: string): Promise<number> => {
    const own = table === 'job' ? { type: 'data_import', schedule: '{}' } : { direction: 'import', type: 'sftp' };
    const row = { account_id: accountId, uid: newId(), name, created_by: 'test', ...own };
    const [result] = await services.database.pool.query(`INSERT INTO ${table} SET ?`, [
      table === 'connector' ? { ...row, config: '{}' } : row,
    ]);
    return (result as { insertId: number }).insertId;
  };

  const link = async (jobId: number, connectorIds: number[]) => {
    const { pool } = services.database;
    await pool.query('DELETE FROM job_connector WHERE job_id = ?', [jobId]);
    const rows = connectorIds.map((connectorId, position) => [jobId, connectorId, position]);
    if (rows.length > 0)
      await pool.query('INSERT INTO job_connector (job_id, connector_id, position) VALUES ?', [rows]);
  };

  const run = async (jobId: number, rows: number, end?: ExecutionStatus): Promise<string> => {
    const id = newId();
    const work = { accountId, subject: id };
    const counts = { listed: rows, imported: rows, updated: 0, duplicate: 0, rejected: 0 };
    await transaction(services.database.pool, async (connection) => {
      await addExecution(connection, {
        ...{ id, accountId, jobId, jobName: 'job', type: 'data_import', connectorNames: [], triggerKind: 'manual' },
      });
      await moveExecution(connection, work, ['pending'], 'processing');
      if (end) await endExecution(connection, work, { status: end, rows: counts });
      else await connection.query('UPDATE execution SET rows_listed = ? WHERE id = ?', [rows, id]);
    });
    return uuidText(id);
  };

  it('of a job is its newest, whatever its end; a job that never ran has none', async () => {
    const [job, idle] = [await insert('job', 'busy'), await insert('job', 'idle')];
    await run(job, 1, 'success');
    const newest = await run(job, 0, 'handler_failed');
    const runs = await selectLastRunsOfJobs(services.database.pool, accountId);
    expect(runs.get(job)).to.include({ executionId: newest, status: 'handler_failed' });
    expect(runs.has(idle)).to.equal(false);
  });

  it('of a connector is the newest of any job that had it, also where the job has another one now', async () => {
    const [one, other, idle] = [
      await insert('connector', 'a'),
      await insert('connector', 'b'),
      await insert('connector', 'c'),
    ];
    const [first, second] = [await insert('job', 'first'), await insert('job', 'second')];
    await link(first, [one]);
    await link(second, [one, other]);
    const both = await run(second, 0, 'success');
    const last = await run(first, 0, 'cancelled');
    await link(first, [other]);
    const runs = await selectLastRunsOfConnectors(services.database.pool, accountId);
    expect(runs.get(one)).to.include({ executionId: last, status: 'cancelled' });
    expect(runs.get(other)).to.include({ executionId: both, status: 'success' });
    expect(runs.has(idle)).to.equal(false);
  });

  it('tells of a stream when it last stored an event, whenever its day began or ended', async () => {
    const [connector, job] = [await insert('connector', 'a'), await insert('job', 'job')];
    await link(job, [connector]);
    await run(job, 5, 'success');
    await run(job, 5);
    const storedAt = new Date('2026-11-03T09:15:00Z');
    await services.database.pool.query(
      `INSERT INTO stream_position (connector_id, location_hash, partition_id, account_id, next_offset, stored_at)
        VALUES ?`,
      [
        [
          [connector, Buffer.alloc(32), 0, accountId, 7, storedAt],
          [connector, Buffer.alloc(32), 1, accountId, 0, null],
        ],
      ],
    );
    const runs = await selectLastRunsOfConnectors(services.database.pool, accountId);
    expect(runs.get(connector)?.lastDataAt).to.deep.equal(storedAt);
  });

  it('tells when data last came: at the end of the newest run with rows, or now where one brings some', async () => {
    const [connector, job] = [await insert('connector', 'a'), await insert('job', 'job')];
    await link(job, [connector]);
    const lastData = async () => {
      const runs = await selectLastRunsOfConnectors(services.database.pool, accountId);
      return runs.get(connector)?.lastDataAt;
    };
    await run(job, 0, 'success');
    expect(await lastData()).to.equal(null);
    const brought = await run(job, 5, 'partial_success');
    const at = (await selectLastRunsOfJobs(services.database.pool, accountId)).get(job);
    expect(at?.executionId).to.equal(brought);
    await run(job, 0, 'success');
    expect(await lastData()).to.deep.equal(at?.at);
    await run(job, 2);
    expect((await lastData())?.getTime()).to.be.at.least(at?.at.getTime() ?? Number.POSITIVE_INFINITY);
  });

  it('is none of another account’s', async () => {
    const [connector, job] = [await insert('connector', 'a'), await insert('job', 'job')];
    await link(job, [connector]);
    await run(job, 1, 'success');
    const stranger = (await testAccount(services)).id;
    expect((await selectLastRunsOfConnectors(services.database.pool, stranger)).size).to.equal(0);
    expect((await selectLastRunsOfJobs(services.database.pool, stranger)).size).to.equal(0);
  });
});
