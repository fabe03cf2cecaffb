import { expect } from 'chai';
import type { ExecutionRecord } from '../../../db/queries/executions.ts';
import { parseUuid } from '../../../db/uuid.ts';
import { executeHandler } from '../../../server/jobs/execute.ts';
import { listExecutions } from '../../../server/jobs/list.ts';
import { showExecution } from '../../../server/jobs/show.ts';
import { startLine } from '../../../server/jobs/start-line.ts';
import { waitForExecution } from '../../../server/jobs/wait.ts';
import type { ImportOutcome } from '../../../server/pipeline/run.ts';
import { fireDueJobs } from '../../../server/schedule/fire.ts';
import type { Services } from '../../../server/services.ts';
import { serve } from '../../../server/worker/serve.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from './jobs.ts';
import { linesOf } from './runs.ts';

const outcome: ImportOutcome = {
  status: 'success',
  items: { listed: 1, done: 1, unchanged: 0, waiting: 0, failed: 0 },
  counts: { listed: 2, imported: 1, updated: 0, duplicate: 0, rejected: 1 },
  note: '1 rejected',
};
const at = (instant: string) => new Date(instant);

describe('what a run says of why it runs', () => {
  let services: Services;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());

  /** The job's runs in the order in which they were made, all done. */
  async function runsOf(accountId: number) {
    const runImport = () => Promise.resolve(outcome);
    const runExport = () => Promise.reject(new Error('not this one'));
    const serving = serve(services, [executeHandler(services, { runImport, runExport })], { pollMs: 20 });
    try {
      const { rows } = await listExecutions(services, accountId, {});
      const shown = [];
      for (const { execution_id } of rows) {
        const id = parseUuid(execution_id) ?? Buffer.alloc(16);
        await waitForExecution(services, accountId, id);
        shown.unshift(await showExecution(services, accountId, id));
      }
      return shown;
    } finally {
      await serving.stop({ finishMs: 0, abortMs: 500 });
    }
  }

  it('is told by its first line in the account’s zone and stays in its note beside how it ended', async () => {
    const { id: accountId } = await testAccount(services, { timezone: 'Asia/Kolkata' });
    const connectors = [await addConnector(services, accountId, 'calls')];
    const schedule = { frequency: 'daily', at: '08:00', overlap: 'queue' };
    await addJob(services, { accountId, connectors, schedule, nextDueAt: at('2026-11-01T02:30:00Z') });
    await fireDueJobs(services, at('2026-11-04T12:00:00Z'));
    await fireDueJobs(services, at('2026-11-05T02:30:00Z'));
    const [late, queued] = await runsOf(accountId);
    expect(late?.note).to.equal('caught up: this run stands for 3 earlier due times missed as well; 1 rejected');
    expect(late && linesOf(late)[0]).to.match(
      /^info: Started to catch up what was due at 4 November 2026, 08:00 \(.*\) while nothing was running\. Caught up: this run stands for 3 earlier due times missed as well\.$/,
    );
    expect(queued?.note).to.equal('queued: the run before had not ended when it was due; 1 rejected');
    expect(queued && linesOf(queued)[0]).to.match(/^info: Started by its schedule, due at 5 November 2026, 08:00 /);
  });

  it('names the days that it reads again as they were asked for', () => {
    const range = { from: at('2026-10-31T18:30:00Z'), to: at('2026-11-02T18:30:00Z') };
    const line = startLine({ triggerKind: 'backfill', triggeredBy: 'ada', range } as ExecutionRecord, 'Asia/Kolkata');
    expect(line).to.equal('Started by ada to read again what is from 2026-11-01 to 2026-11-02 (Asia/Kolkata).');
  });
});
