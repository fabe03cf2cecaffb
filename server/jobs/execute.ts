import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../db/database.ts';
import { addLogLines, type NewLogLine } from '../../db/queries/execution-log.ts';
import { type ExecutionEnd, endExecution } from '../../db/queries/execution-progress.ts';
import { markWaiting } from '../../db/queries/execution-waiting.ts';
import { type ExecutionRecord, hasOlderOpen, readExecution, type TriggerKind } from '../../db/queries/executions.ts';
import { postponeWork, settleWork, type Work } from '../../db/queries/work.ts';
import { lastFailures, releaseClaims } from '../../db/queries/workers.ts';
import { AppError, errorCodes, type Failure } from '../../shared/error.ts';
import { hasEnded } from '../../shared/execution.ts';
import { getAccountById } from '../accounts/account.ts';
import { alertsOfEnd } from '../alerts/execution-end.ts';
import { pausesWhileAway } from '../backoff.ts';
import { requireSums } from '../pipeline/counts.ts';
import type { ExecutionRun, ExportOutcome, ImportOutcome } from '../pipeline/run.ts';
import type { Services } from '../services.ts';
import { triedAgain } from '../words.ts';
import { WorkAborted } from '../worker/abort.ts';
import { settleHeld } from '../worker/fenced.ts';
import type { WorkHandler } from '../worker/handler.ts';
import { attemptsAllowed } from '../worker/retry.ts';
import { connectorsOf } from './connectors-of.ts';
import { endLine } from './end-line.ts';
import { Places } from './places.ts';
import { requesterOf, requireRightsUnchanged } from './requester.ts';
import { beginRun } from './run.ts';
import { storedSoFar } from './so-far.ts';
import { attemptOfClaim, attemptSource, isSourceTrouble, type PutBack } from './source-attempts.ts';
import { startLine } from './start-line.ts';

/** The two things that an execution may do. */
export interface Runs {
  runImport(run: ExecutionRun): Promise<ImportOutcome>;
  runExport(run: ExecutionRun): Promise<ExportOutcome>;
}

export interface ExecuteOptions {
  /** Before the second attempt to reach a source, the third, …; there are no more attempts than that. */
  pausesMs?: readonly number[];
}

/** Every end of a worker counts as one; a program that is killed again and again must still get its imports done. */
const maxAttempts = 12;
/** What people have asked for. */
const awaited: readonly TriggerKind[] = ['manual', 'connector_saved', 'retry'];
/** How long a run waits before it looks again whether the job's run before it has ended. */
const turnMs = 2_000;

/** Runs executions: moves their states, calls the import or the export, writes the end with its counts. */
export function executeHandler(services: Services, runs: Runs, { pausesMs }: ExecuteOptions = {}): WorkHandler {
  const places = new Places();
  return {
    kind: 'execute',
    get concurrency() {
      return places.most;
    },
    maxAttempts,
    run: (work, signal) => execute({ services, runs, pausesMs, pause: places.pauserOf(signal), work, signal }),
    giveUp: (work, error) => giveUp(services, work, error),
    postponed,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Says in the execution's log why it is not done yet, and when it goes on. */
async function postponed(
  connection: PoolConnection,
  work: Work,
  { code, message }: Failure,
  delayMs: number,
): Promise<void> {
  const most = attemptsAllowed(errorCodes[code].kind, maxAttempts);
  const line = `${message} ${triedAgain(delayMs, work.attempts + 1, most)}`;
  await markWaiting(connection, work, delayMs);
  await addLogLines(connection, work.subject, [{ level: 'warn', message: line, ageMs: 0 }]);
}

interface Task {
  services: Services;
  runs: Runs;
  pausesMs: readonly number[] | undefined;
  pause: ExecutionRun['pause'];
  work: Work;
  signal: AbortSignal;
}

async function execute(task: Task): Promise<void> {
  const { services, work } = task;
  const { pool } = services.database;
  const execution = await readExecution(pool, work.accountId, work.subject);
  if (!execution || hasEnded(execution.status)) {
    await settleHeld(pool, work);
    return;
  }
  // Two runs of one job would read the same items at the same time; they go in the order in which they were made.
  const { jobId } = execution;
  if (jobId !== null && (await hasOlderOpen(pool, work.accountId, jobId, execution.id)))
    return await releaseClaims(pool, [{ ...work, delayMs: turnMs }]);
  const said: NewLogLine[] = [];
  const outcome = await outcomeOf(task, execution, said);
  if ('status' in outcome) await finish(services, execution, work, outcome, said);
  else await putBack(task, outcome, said);
}

/** Nobody works on it until the pause is over. Throws `cancelled` where that was asked for meanwhile. */
async function putBack(
  { services, work }: Task,
  { failure, pauseMs, message }: PutBack,
  said: readonly NewLogLine[],
): Promise<void> {
  await transaction(services.database.pool, async (connection) => {
    if (!(await postponeWork(connection, work, pauseMs, failure))) throw new WorkAborted('lease_lost');
    await markWaiting(connection, work, pauseMs);
    await addLogLines(connection, work.subject, [...said, { level: 'warn', message, ageMs: 0 }]);
    // Whoever asks from now on finds that nobody works on it.
    const execution = await readExecution(connection, work.accountId, work.subject);
    if (execution?.isCancelRequested) throw new WorkAborted('cancelled');
  });
}

/**
 * How the execution ends, or that it waits for its source. Throws what another attempt may mend, and what nobody may
 * write about (a lost lease).
 */
async function outcomeOf(task: Task, execution: ExecutionRecord, said: NewLogLine[]): Promise<ExecutionEnd | PutBack> {
  try {
    if (execution.isCancelRequested) throw new WorkAborted('cancelled');
    return await runToEnd(task, execution, said);
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

async function runToEnd(
  { services, runs, pausesMs, pause, work, signal }: Task,
  execution: ExecutionRecord,
  said: NewLogLine[],
): Promise<ExecutionEnd | PutBack> {
  const wasPutBack = await isPutBack(services, execution, work);
  const requester = await requesterOf(services, execution);
  const connectors = await connectorsOf(services, execution);
  const { report, range, retryOf } = execution;
  const run = await beginRun(services, {
    ...{ work, signal, pause, connectors, report, range, requester },
    isAwaited: awaited.includes(execution.triggerKind),
    mayDeliver: () => requireRightsUnchanged(services, execution, requester),
    retryOf: retryOf ?? undefined,
  });
  const isImport = execution.type === 'data_import';
  const pauses = pausesMs ?? pausesWhileAway(run);
  const first = wasPutBack ? attemptOfClaim(work.attempts, pauses) : 1;
  if (first > 1) run.log('info', goesOn(first, pauses.length + 1));
  else if (work.attempts > 1) run.log('info', goesOn(work.attempts, maxAttempts));
  else run.log('info', startLine(execution, (await getAccountById(services, execution.accountId)).timezone));
  try {
    return await attemptSource({ run, pausesMs: pauses, first }, async () => {
      if (!isImport) return exportEnd(await runs.runExport(run));
      const end = importEnd(await runs.runImport(run));
      if (end.status !== 'handler_failed') await run.delivering();
      return end;
    });
  } finally {
    said.push(...(await run.close()));
  }
}

/** Whether it waited for its source until now. One whose worker has died since asks it as often as a new one does. */
async function isPutBack({ database }: Services, { retryAt }: ExecutionRecord, { id }: Work): Promise<boolean> {
  return retryAt !== null && isSourceTrouble((await lastFailures(database.pool, [id])).get(id));
}

function goesOn(attempt: number, most: number): string {
  return `Goes on where it was, in attempt ${attempt} of ${most}.`;
}

function importEnd({ status, items, counts, note, error }: ImportOutcome): ExecutionEnd {
  requireSums(items, counts);
  return { status, items, rows: counts, note, error };
}

/** An export's rows are all listed ones; there is nothing to import, update or reject among them. */
function exportEnd({ status, rows, parts, note, error }: ExportOutcome): ExecutionEnd {
  return { status, rows: { listed: rows, imported: 0, updated: 0, duplicate: 0, rejected: 0 }, parts, note, error };
}

async function cancelledEnd(services: Services, execution: ExecutionRecord): Promise<ExecutionEnd> {
  return { status: 'cancelled', ...(await storedSoFar(services, execution)) };
}

async function giveUp(services: Services, work: Work, error: Failure): Promise<void> {
  const execution = await readExecution(services.database.pool, work.accountId, work.subject);
  if (!execution) return void (await settleWork(services.database.pool, work));
  const soFar = await storedSoFar(services, execution);
  const end: ExecutionEnd =
    error.code === 'cancelled' ? { status: 'cancelled', ...soFar } : { status: 'handler_failed', error, ...soFar };
  await finish(services, execution, work, end, []);
}

/** The end, its counts and the work's end are one transaction, so there is never one without the other. */
async function finish(
  services: Services,
  execution: ExecutionRecord,
  work: Work,
  end: ExecutionEnd,
  said: readonly NewLogLine[],
): Promise<void> {
  await transaction(services.database.pool, async (connection) => {
    await settleHeld(connection, work);
    if (await endExecution(connection, work, end)) await alertsOfEnd(services, connection, work, end);
    await addLogLines(connection, execution.id, [...said, endLine(execution.type, end)]);
  });
}
