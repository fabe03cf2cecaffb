import type { NewLogLine } from '../../db/queries/execution-log.ts';
import { beginStep, moveExecution } from '../../db/queries/execution-progress.ts';
import { markHeld } from '../../db/queries/execution-waiting.ts';
import type { ExecutionRange, KeptReport } from '../../db/queries/executions.ts';
import type { Work } from '../../db/queries/work.ts';
import type { LoadedConnector } from '../connectors/load.ts';
import type { ExecutionRun } from '../pipeline/run.ts';
import { RunLog } from '../pipeline/run-log.ts';
import type { Requester } from '../reports/report-filter.ts';
import type { Services } from '../services.ts';
import { fencedBy } from '../worker/fenced.ts';
import { RunProgress } from './progress.ts';

interface RunInput {
  work: Work;
  signal: AbortSignal;
  pause: ExecutionRun['pause'];
  connectors: LoadedConnector[];
  report: KeptReport | undefined;
  range: ExecutionRange | undefined;
  retryOf?: Buffer | undefined;
  requester?: Requester | undefined;
  isAwaited?: boolean;
  /** Throws where what was made may not be delivered any more. */
  mayDeliver?: () => Promise<unknown>;
}

export interface OpenedRun extends ExecutionRun {
  /** Writes what was told by now; nothing is told any more. Returns the lines that could not be written yet. Never throws. */
  close(): Promise<NewLogLine[]>;
}

/** Moves the execution to `processing` and gives what its import or export works with. */
export async function beginRun(services: Services, input: RunInput): Promise<OpenedRun> {
  const { work } = input;
  const fenced = fencedBy(services, work);
  await fenced(async (connection) => {
    await markHeld(connection, work);
    await moveExecution(connection, work, ['pending'], 'processing');
  });
  const log = new RunLog(work.subject, fenced, services.log);
  const progress = new RunProgress(work.subject, fenced, services.log);
  return {
    ...{ services, id: work.subject, accountId: work.accountId, ...input },
    step: (name, message) => fenced((connection) => beginStep(connection, work.subject, name, message)),
    async delivering() {
      await input.mayDeliver?.();
      await fenced((connection) => moveExecution(connection, work, ['processing'], 'delivering'));
    },
    log: (level, message) => log.say(level, message),
    progress: (amounts) => progress.tell(amounts),
    async close() {
      await progress.close();
      return await log.close();
    },
  };
}
