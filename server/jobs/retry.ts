import type { PoolConnection } from 'mysql2/promise';
import { type Connection, transaction } from '../../db/database.ts';
import { chosenConnectors } from '../../db/queries/execution-connectors.ts';
import {
  countRetryable,
  findReportOwner,
  lockForRetry,
  openDestinations,
  type Related,
  retryChain,
  retryTree,
} from '../../db/queries/execution-retry.ts';
import { addExecution, type ExecutionRecord, requireExecution } from '../../db/queries/executions.ts';
import { jobConnectors, readJob } from '../../db/queries/jobs.ts';
import { addWork } from '../../db/queries/work.ts';
import { newId, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import { hasEnded } from '../../shared/execution.ts';
import { mailTypes } from '../connectors/registry.ts';
import type { Services } from '../services.ts';
import { connectorRefusal } from './trigger.ts';

/**
 * Makes an execution that does again only what failed in this one, and returns its id: of an import the items that could
 * not be read or were not got to, and the recordings, transcripts and analyses of its interactions that failed; of an
 * export the parts that did not reach a destination, from the same report. Where it failed before it had listed or
 * reported anything, all of it is done again. Throws `not_found`, and `conflict`: where nothing failed, a retry of it, or
 * of what it retries, is under way or has done it, or the job has no connector any more or its connector is disabled.
 */
export async function retryExecution(
  services: Services,
  accountId: number,
  executionId: Buffer,
  { by }: { by: string },
): Promise<Buffer> {
  const id = newId();
  const { pool } = services.database;
  await transaction(pool, async (connection) => {
    const chain = await retryChain(connection, accountId, executionId);
    await lockForRetry(connection, accountId, chain);
    const execution = await requireExecution(connection, accountId, executionId);
    const refusal = await retryRefusal(connection, execution, chain);
    if (refusal) throw refusal;
    await addExecution(connection, {
      ...(await againOf(connection, execution)),
      ...{ id, accountId, type: execution.type, range: execution.range, report: execution.report },
      ...{ triggerKind: 'retry', triggeredBy: by, retryOf: executionId },
    });
    await addWork(connection, [{ kind: 'execute', accountId, subject: id }]);
  });
  return id;
}

/** Whose it is, and with what: the job as it is now; without a job, what was chosen for the execution. */
async function againOf(connection: PoolConnection, execution: ExecutionRecord) {
  const { accountId, jobId, jobName, connectorNames, requestedBy, recipient } = execution;
  if (jobId === null) {
    const connectorIds = (await chosenConnectors(connection, accountId, execution.id)).map(({ id }) => id);
    const asked = { requestedBy: requestedBy ?? undefined, recipient: recipient ?? undefined };
    return { jobId, jobName, connectorNames, connectorIds, ...asked };
  }
  const job = await readJob(connection, accountId, jobId);
  if (!job) throw jobDeleted(execution);
  const connectors = await jobConnectors(connection, accountId, job.id);
  return { jobId: job.id, jobName: job.name, connectorNames: connectors.map(({ name }) => name) };
}

/** Why an execution cannot be retried; undefined where it can. `chain`: the execution and what it retries, one after the other. */
export async function retryRefusal(
  connection: Connection,
  execution: ExecutionRecord,
  chain: readonly Buffer[],
): Promise<AppError | undefined> {
  const { accountId, triggerKind, jobName, status } = execution;
  if (triggerKind === 'stream')
    return new AppError(
      'conflict',
      `This is a day of "${jobName}", which runs all the time and goes on by itself with what it could not take.`,
    );
  if (!hasEnded(status))
    return new AppError('conflict', 'This execution is still under way. Wait for its end, or cancel it first.');
  const tree = await retryTree(connection, accountId, chain);
  const open = tree.find(({ isOpen }) => isOpen);
  if (open) return underWay(open.id);
  const refusal = await (execution.type === 'data_import'
    ? importRefusal(connection, execution, { chain, tree })
    : exportRefusal(connection, execution, { chain, tree }));
  return refusal ?? (await jobRefusal(connection, execution));
}

/** The job says how to do it again; an export tells for each of its destinations, an import needs its connector. */
async function jobRefusal(connection: Connection, execution: ExecutionRecord): Promise<AppError | undefined> {
  const { accountId, jobId, type } = execution;
  // What a person asked for names its own destinations.
  if (jobId === null) return undefined;
  if (!(await readJob(connection, accountId, jobId))) return jobDeleted(execution);
  return type === 'data_import' ? connectorRefusal(await jobConnectors(connection, accountId, jobId)) : undefined;
}

function jobDeleted({ jobName }: ExecutionRecord): AppError {
  return new AppError('conflict', `The job "${jobName}" was deleted, so nothing says how to do it again.`);
}

interface Family {
  /** The execution, the one that it retried, and so on. */
  chain: readonly Buffer[];
  /** Them, and every other retry of the first of them. */
  tree: readonly Related[];
}

/** One that failed before its listing left everything to its retry: once any of its tree has listed, that one knows what is left. */
async function importRefusal(
  connection: Connection,
  execution: ExecutionRecord,
  { chain, tree }: Family,
): Promise<AppError | undefined> {
  const { accountId, status } = execution;
  const listed = tree.filter(({ hasListed }) => hasListed);
  const hasOwnListing = listed.some(({ id }) => chain.some((each) => each.equals(id)));
  if (status === 'handler_failed' && !hasOwnListing) {
    const doneBy = listed.at(-1);
    return doneBy && nothingFailed(execution, doneBy.id);
  }
  const { items, recordings, transcripts, analyses } = await countRetryable(connection, accountId, chain);
  const failed = items + recordings + transcripts + analyses;
  return failed > 0 ? undefined : nothingFailed(execution, newestRetryOf(execution, tree));
}

/** There is one report of them all: who would make another, or deliver one that has arrived, is told where it is. */
async function exportRefusal(
  connection: Connection,
  execution: ExecutionRecord,
  { chain, tree }: Family,
): Promise<AppError | undefined> {
  const { accountId, status } = execution;
  const reportOf = await findReportOwner(connection, accountId, chain);
  if (reportOf) {
    const open = await openDestinations(connection, accountId, { reportOf, mailTypes });
    return open.size > 0 ? undefined : nothingFailed(execution, newestRetryOf(execution, tree));
  }
  const madeBy = await findReportOwner(connection, accountId, tree.map((each) => each.id).toReversed());
  if (madeBy || status === 'cancelled') return nothingFailed(execution, madeBy);
  return undefined;
}

function newestRetryOf({ id }: ExecutionRecord, tree: readonly Related[]): Buffer | undefined {
  return tree.findLast(({ retryOf }) => retryOf?.equals(id))?.id;
}

function underWay(retry: Buffer): AppError {
  return new AppError('conflict', `A retry of this execution is under way already: ${uuidText(retry)}.`);
}

function nothingFailed({ type, error }: ExecutionRecord, earlierRetry: Buffer | undefined): AppError {
  if (earlierRetry)
    return new AppError(
      'conflict',
      `What failed here was taken over by the retry ${uuidText(earlierRetry)}. Look there for what is still to be done.`,
    );
  if (error?.code === 'too_many_rejected')
    return new AppError(
      'conflict',
      'Every item of this execution was read; rows of them were rejected. Mend the rejected rows, or the mapping of the connector, and replay them.',
    );
  const what = type === 'data_import' ? 'No item, recording, transcript or analysis' : 'No delivery';
  return new AppError(
    'conflict',
    `${what} of this execution failed, or a later run has done it since, so there is nothing to retry.`,
  );
}
