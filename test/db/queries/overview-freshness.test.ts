import { expect } from 'chai';
import { transaction } from '../../../db/database.ts';
import { endExecution, moveExecution } from '../../../db/queries/execution-progress.ts';
import { addExecution } from '../../../db/queries/executions.ts';
import { selectFreshness } from '../../../db/queries/overview-freshness.ts';
import { newId } from '../../../db/uuid.ts';
import type { Services } from '../../../server/services.ts';
import type { ExecutionStatus } from '../../../shared/execution.ts';
import { testAccount, testServices } from '../../harness/services.ts';
import { addConnector, addJob } from '../../server/jobs/jobs.ts';

describe('what a connector’s runs tell', () => {
  let services: Services;
  let accountId: number;
  let jobId: number;
  before(async () => {
    services = await testServices();
  });
  after(() => services.close());
  beforeEach(async () => {
    accountId = (await testAccount(services)).id;
    jobId = await addJob(services, { accountId, connectors: [await addConnector(services, accountId, 'calls')] });
  });

  const run = async (status: ExecutionStatus): Promise<void> => {
    const id = newId();
    await transaction(services.database.pool, async (connection) => {
      await addExecution(connection, {
        ...{ id, accountId, jobId, jobName: 'job', type: 'data_import', connectorNames: [], triggerKind: 'schedule' },
        cancelled: status === 'cancelled',
      });
      if (status === 'cancelled' || status === 'pending') return;
      await moveExecution(connection, { accountId, subject: id }, ['pending'], 'processing');
      if (status !== 'processing') await endExecution(connection, { accountId, subject: id }, { status });
    });
  };
  const told = async () => {
    const [connector] = await selectFreshness(services.database.pool, accountId);
    return [connector?.lastRun?.status, connector?.isRunning, connector?.outcome];
  };

  it('is how the newest ended that was not skipped, and whether one goes on behind it', async () => {
    expect(await told()).to.deep.equal([undefined, false, undefined]);
    await run('cancelled');
    expect(await told()).to.deep.equal(['cancelled', false, undefined]);
    await run('handler_failed');
    expect(await told()).to.deep.equal(['handler_failed', false, 'handler_failed']);
    await run('success');
    await run('cancelled');
    expect(await told()).to.deep.equal(['cancelled', false, 'success']);
    await run('delivery_failed');
    for (const open of ['processing', 'pending'] as const) {
      await run(open);
      await run('cancelled');
      expect(await told()).to.deep.equal(['cancelled', true, 'delivery_failed']);
    }
  });
});
