import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { Services } from '../../../server/services.ts';
import type { Lane } from '../../../server/worker/lane.ts';
import type { Order, Report, ThreadInput } from '../../../server/worker/thread.ts';
import { settingsOf, testServices } from '../../harness/services.ts';
import { addSubjects, openLedger } from './ledger.ts';

const thread = new URL('../../../server/worker/thread.js', import.meta.url);

describe('a worker thread', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
    await openLedger(services);
  });
  after(() => services.close());

  it('tells once of all that begins together', async () => {
    const handlers = new URL('./lanes/ledger.js', import.meta.url).href;
    const lane: Lane = { name: 'ledger', kinds: ['analyse'], handlers, heapMb: 48, claimAhead: 0, idleMs: 60_000 };
    await addSubjects(services, 4);
    const worker = new Worker(thread, { workerData: { settings: settingsOf(services), lane } satisfies ThreadInput });
    const first = new Promise<number>((resolve) => {
      worker.on('message', (report: Report) => {
        if ('running' in report && report.running.length > 0) resolve(report.running.length);
      });
    });
    expect(await first).to.equal(4);
    worker.postMessage('stop' satisfies Order);
    await once(worker, 'exit');
  });
});
