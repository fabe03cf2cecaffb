import { transaction } from '../../db/database.ts';
import { type ExecutionEnd, endExecution } from '../../db/queries/execution-progress.ts';
import { type ExecutionRecord, hasOpenExecution, readExecution } from '../../db/queries/executions.ts';
import { jobConnectors } from '../../db/queries/jobs.ts';
import { sumItems } from '../../db/queries/source-items.ts';
import { settleWork, type Work } from '../../db/queries/work.ts';
import { releaseClaims } from '../../db/queries/workers.ts';
import { AppError, errorCodes, type Failure } from '../../shared/error.ts';
import { hasEnded } from '../../shared/execution.ts';
import { backoffMs, spreadMs } from '../backoff.ts';
import { type LoadedConnector, loadConnector } from '../connectors/load.ts';
import type { ExecutionRun, ExportOutcome, ImportOutcome } from '../pipeline/run.ts';
import type { Services } from '../services.ts';
import { wait } from '../wait.ts';
import { WorkAborted } from '../worker/abort.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { requireSums } from './counts.ts';
import { beginRun } from './run.ts';

/** The two things that an execution may do. */
export interface Runs {
  runImport(run: ExecutionRun): Promise<ImportOutcome>;
  runExport(run: ExecutionRun): Promise<ExportOutcome>;
}

export interface ExecuteOptions {
  /** Before the second attempt to reach a source; three times as long before the third. */
  retryMs?: number;
}

const concurrency = 3;
/** Every end of a worker counts as one; a program that is killed again and again must still get its imports done. */
const maxAttempts = 12;
const sourceAttempts = 3;
const longestRetryMs = 60_000;
/** How long a run waits before it looks again whether the job's run before it has ended. */
const turnMs = 2_000;

/** Runs executions: moves their states, calls the import or the export, writes the end with its counts. */
export function executeHandler(services: Services, runs: Runs, { retryMs = 1_000 }: ExecuteOptions = {}): WorkHandler {
  return {
    kind: 'execute',
    concurrency,
    maxAttempts,
    run: (work, signal) => execute({ services, runs, retryMs, work, signal }),
    giveUp: (work, error) => giveUp(services, work, error),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface Task {
  services: Services;
  runs: Runs;
  retryMs: number;
  work: Work;
  signal: AbortSignal;
}

async function execute(task: Task): Promise<void> {
  const { services, work } = task;
  const { pool } = services.database;
  const execution = await readExecution(pool, work.accountId, work.subject);
  if (!execution || hasEnded(execution.status)) {
    await settleWork(pool, work);
    return;
  }
  // Two runs of one job would read the same items at the same time; they go in the order in which they were made.
  if (await hasOpenExecution(pool, work.accountId, execution.jobId, execution.id))
    return await releaseClaims(pool, [{ ...work, delayMs: turnMs }]);
  await finish(services, work, await endOf(task, execution));
}

/** How the execution ends. Throws what another attempt may mend, and what nobody may write about (a lost lease). */
async function endOf(task: Task, execution: ExecutionRecord): Promise<ExecutionEnd> {
  try {
    if (execution.isCancelRequested) throw new WorkAborted('cancelled');
    return await runToEnd(task, execution);
  } catch (thrown) {
    const { services } = task;
    const error = task.signal.aborted ? task.signal.reason : thrown;
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'cancelled') return await cancelledEnd(services, execution);
    if (error.kind !== 'config' && !isSourceTrouble(error)) throw error;
    const { code, message } = error;
    return { status: 'handler_failed', error: { code, message }, ...(await storedSoFar(services, execution)) };
  }
}

async function runToEnd({ services, runs, retryMs, work, signal }: Task, execution: ExecutionRecord) {
  const connectors = await loadConnectors(services, execution);
  const { report, range } = execution;
  const run = await beginRun(services, { work, signal, connectors, report, range });
  const isImport = execution.type === 'data_import';
  return await attemptSource({ retryMs, signal }, async () => {
    if (!isImport) return exportEnd(await runs.runExport(run));
    const end = importEnd(await runs.runImport(run));
    if (end.status !== 'handler_failed') await run.delivering();
    return end;
  });
}

function importEnd({ status, items, counts, note, error }: ImportOutcome): ExecutionEnd {
  requireSums(items, counts);
  return { status, items, rows: counts, note, error };
}

/** An export's rows are all listed ones; there is nothing to import, update or reject among them. */
function exportEnd({ status, rows, parts, note, error }: ExportOutcome): ExecutionEnd {
  return { status, rows: { listed: rows, imported: 0, updated: 0, duplicate: 0, rejected: 0 }, parts, note, error };
}

async function loadConnectors(services: Services, execution: ExecutionRecord): Promise<LoadedConnector[]> {
  const { accountId, jobId, type } = execution;
  const { pool } = services.database;
  const listed = await jobConnectors(pool, accountId, jobId);
  if (listed.length === 0)
    throw new AppError('invalid', 'This job has no connector any more. Edit the job and choose one.');
  const loaded = await Promise.all(listed.map(({ id }) => loadConnector({ pool }, services.keyring, accountId, id)));
  const disabled = loaded.find(({ isEnabled }) => !isEnabled);
  // An export tells for each of its destinations; an import has nothing to read.
  if (disabled && type === 'data_import')
    throw new AppError(
      'invalid',
      `The connector "${disabled.name}" is disabled, so there was nothing to read. Enable it, or choose another one for the job.`,
    );
  return loaded;
}

/** Runs again, after a short while, what failed because the other side was not to be reached, thrown or told as an end. */
async function attemptSource(
  { retryMs, signal }: { retryMs: number; signal: AbortSignal },
  go: () => Promise<ExecutionEnd>,
): Promise<ExecutionEnd> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === sourceAttempts;
    try {
      const end = await go();
      if (isLast || end.status !== 'handler_failed' || !isSourceTrouble(end.error)) return end;
    } catch (error) {
      if (isLast || signal.aborted || !(error instanceof AppError) || !isSourceTrouble(error)) throw error;
    }
    await wait(spreadMs(backoffMs(attempt - 1, retryMs, longestRetryMs, 3), [0.75, 1.25]), signal);
    signal.throwIfAborted();
  }
}

/** It may pass, and it is the other side's: our own database and leases have their own way back. */
function isSourceTrouble(failure: Failure | undefined): boolean {
  if (!failure || errorCodes[failure.code].kind !== 'transient') return false;
  return failure.code !== 'database_unavailable' && failure.code !== 'lease_lost';
}

async function cancelledEnd(services: Services, execution: ExecutionRecord): Promise<ExecutionEnd> {
  return { status: 'cancelled', ...(await storedSoFar(services, execution)) };
}

async function giveUp(services: Services, work: Work, error: Failure): Promise<void> {
  const execution = await readExecution(services.database.pool, work.accountId, work.subject);
  const soFar = execution ? await storedSoFar(services, execution) : {};
  await finish(services, work, { status: 'handler_failed', error, ...soFar });
}

/**
 * The counts of an import that did not come to its own end: what its checkpoints say is stored, and the items that were
 * dealt with. Those that it did not get to are not counted as listed, for nothing became of them.
 */
async function storedSoFar(
  { database: { pool } }: Services,
  { accountId, id, type }: ExecutionRecord,
): Promise<Pick<ExecutionEnd, 'items' | 'rows'>> {
  if (type !== 'data_import') return {};
  const sums = await sumItems(pool, accountId, id);
  const { done, failed } = sums.items;
  // Of items that are not its own to read the ledger knows nothing; the execution shows how many it has seen.
  const shown = (await readExecution(pool, accountId, id))?.items;
  const unchanged = shown?.unchanged ?? 0;
  const waiting = Math.max(shown?.waiting ?? 0, sums.items.waiting);
  return { rows: sums.rows, items: { listed: done + unchanged + waiting + failed, done, unchanged, waiting, failed } };
}

/** The end, its counts and the work's end are one transaction, so there is never one without the other. */
async function finish({ database }: Services, work: Work, end: ExecutionEnd): Promise<void> {
  await transaction(database.pool, async (connection) => {
    if (!(await settleWork(connection, work))) throw new WorkAborted('lease_lost');
    await endExecution(connection, work, end);
  });
}
