import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { beginStep, moveExecution } from '../../db/queries/execution-progress.ts';
import type { ExecutionRange } from '../../db/queries/executions.ts';
import type { Work } from '../../db/queries/work.ts';
import { holdsWork } from '../../db/queries/work-claim.ts';
import type { ReportConfig } from '../../shared/job.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import type { ExecutionRun } from '../pipeline/run.ts';
import type { Services } from '../services.ts';
import { WorkAborted } from '../worker/abort.ts';

interface RunInput {
  work: Work;
  signal: AbortSignal;
  connectors: LoadedConnector[];
  report: ReportConfig | undefined;
  range: ExecutionRange | undefined;
}

/** Moves the execution to `processing` and gives what its import or export works with. */
export async function beginRun(
  services: Services,
  { work, signal, connectors, report, range }: RunInput,
): Promise<ExecutionRun> {
  /** Whatever a run reports is written only while its claim holds. */
  const fenced = (write: (connection: PoolConnection) => Promise<unknown>) =>
    transaction(services.database.pool, async (connection) => {
      if (!(await holdsWork(connection, work))) throw new WorkAborted('lease_lost');
      await write(connection);
    });

  await fenced((connection) => moveExecution(connection, work, ['pending'], 'processing'));
  return {
    ...{ services, id: work.subject, accountId: work.accountId, connectors, report, range, work, signal },
    step: (name, message) => fenced((connection) => beginStep(connection, work.subject, name, message)),
    delivering: () => fenced((connection) => moveExecution(connection, work, ['processing'], 'delivering')),
  };
}
