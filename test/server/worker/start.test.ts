import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { WorkKind } from '../../../db/queries/work.ts';
import type { Services } from '../../../server/services.ts';
import { hasLiveWorker } from '../../../server/worker/alive.ts';
import type { Lane } from '../../../server/worker/lane.ts';
import { startWorkers, type Workers } from '../../../server/worker/start.ts';
import { eventually } from '../../harness/eventually.ts';
import { settingsOf, testServices } from '../../harness/services.ts';
import { addSubjects, openLedger } from './ledger.ts';

const lane = (name: string, kind: WorkKind, fields: Partial<Lane> = {}): Lane => ({
  ...{ name, kinds: [kind], heapMb: 48, claimAhead: 0, idleMs: 500 },
  handlers: new URL(`./lanes/${name}.js`, import.meta.url).href,
  ...fields,
});

describe('worker threads', () => {
  let services: Services;
  let workers: Workers;

  before(async () => {
    services = await testServices({ leaseSeconds: 4 });
    await openLedger(services);
  });
  after(() => services.close());
  afterEach(async () => {
    await workers.stop();
    for (const table of ['work', 'done', 'given_up']) await services.database.pool.query(`DELETE FROM ${table}`);
  });

  const start = (...lanes: Lane[]) => {
    workers = startWorkers(settingsOf(services), services, { lanes, pollMs: 20 });
  };
  const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  const query = async (sql: string) => (await services.database.pool.query<RowDataPacket[]>(sql))[0];
  const allDone = (count: number) =>
    eventually(`${count} done`, async () => (await query('SELECT 1 FROM done')).length === count);

  it('start when there is work, end when there is none for a while, and start again', async () => {
    start(lane('ledger', 'analyse', { idleMs: 100 }));
    for (const total of [20, 40]) {
      await addSubjects(services, 20);
      workers.wake();
      await allDone(total);
      await eventually('thread ended', () => threads() === 0);
    }
    const rows = await query('SELECT times, doer FROM done');
    expect(rows.every(({ times }) => times === 1)).to.equal(true);
    expect(new Set(rows.map(({ doer }) => doer)).size, 'threads').to.equal(2);
  });

  it('are known to be alive while they are, and not after a stop', async () => {
    expect(await hasLiveWorker(services)).to.equal(false);
    start(lane('ledger', 'analyse'));
    await eventually('alive', async () => await hasLiveWorker(services));
    await workers.stop();
    expect(await hasLiveWorker(services)).to.equal(false);
  });

  it('are not taken for alive two leases after their last sign of life', async () => {
    start();
    await eventually('alive', async () => await hasLiveWorker(services));
    // Its next sign of life may come between the two.
    await eventually('not alive', async () => {
      await query('UPDATE worker SET seen_at = NOW(3) - INTERVAL 9 SECOND');
      return !(await hasLiveWorker(services));
    });
  });

  it('whose heap overflows are told: the work fails with the reason, the others go on', async () => {
    start(lane('greedy', 'record'), lane('ledger', 'analyse'));
    await addSubjects(services, 1, 'record');
    await addSubjects(services, 5);
    await allDone(5);
    // Each crash moves the token on, so an even one says that nobody holds the work now.
    const hurry = setInterval(() => void query('UPDATE work SET run_after = NOW(3) WHERE claim % 2 = 0'), 100);
    const row = await eventually('given up', async () => (await query('SELECT code, message FROM given_up'))[0]);
    clearInterval(hurry);
    expect(row.code).to.equal('internal');
    expect(row.message).to.match(/48 MB of memory.*Trace id: [0-9a-f]{8}/);
    expect(await query('SELECT 1 FROM work')).to.have.length(0);
  });

  it('that cannot be opened do not keep the others from working', async () => {
    start(lane('broken', 'record'), lane('ledger', 'analyse'));
    await addSubjects(services, 1, 'record');
    await addSubjects(services, 5);
    await allDone(5);
    expect(await query('SELECT attempts FROM work')).to.deep.equal([{ attempts: 0 }]);
  });

  it('that are busy with one thing for too long are ended, and the work is told why', async () => {
    const options = { lanes: [lane('stuck', 'analyse')], pollMs: 20, watchMs: 200 };
    workers = startWorkers(settingsOf(services), services, options);
    await addSubjects(services, 1);
    const sql = 'SELECT last_error FROM work WHERE last_error IS NOT NULL';
    const row = await eventually('a failure', async () => (await query(sql))[0]);
    expect(JSON.parse(row.last_error).message).to.match(/"stuck" was busy with one thing for too long/);
  });

  it('are not ended while they load or are busy, however often work is looked for', async () => {
    let started = 0;
    const count = () => {
      started += 1;
    };
    process.on('worker', count);
    start(lane('busy', 'analyse'));
    await addSubjects(services, 1);
    await eventually('thread started', () => threads() > 0);
    for (let i = 0; i < 100; i++) {
      workers.wake();
      await new Promise(setImmediate);
    }
    await allDone(1);
    process.off('worker', count);
    expect(started, 'threads').to.equal(1);
    expect(await query('SELECT times FROM done')).to.deep.equal([{ times: 1 }]);
    expect(await query('SELECT 1 FROM given_up')).to.have.length(0);
  });
});
