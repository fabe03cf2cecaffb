import type { PoolConnection } from 'mysql2/promise';
import { databaseError } from '../../db/failure.ts';
import { type EndedExecution, readEnded } from '../../db/queries/alert-audience.ts';
import { onlySubject, raiseAlert, resolveAlerts } from '../../db/queries/alerts.ts';
import type { ExecutionEnd } from '../../db/queries/execution-progress.ts';
import { uuidText } from '../../db/uuid.ts';
import type { AlertKind } from '../../shared/alert.ts';
import type { Services } from '../services.ts';
import { counted } from '../words.ts';
import { tell } from './tell.ts';

const runKinds = ['run_failed', 'run_partial'] as const;

type Needs = Pick<Services, 'config' | 'log'>;
type Execution = { accountId: number; subject: Buffer };

/**
 * What follows for people from an execution's end, in the transaction that writes it. A failure raises the job's alert, or
 * counts it up; a success ends it. What was cancelled says nothing about the job. That nobody could be told never keeps
 * an execution from ending.
 */
export async function alertsOfEnd(
  services: Needs,
  connection: PoolConnection,
  execution: Execution,
  end: ExecutionEnd,
): Promise<void> {
  if (kindOf(end) === undefined && end.status !== 'success') return;
  await connection.query('SAVEPOINT before_alerts');
  try {
    await follow(services, connection, execution, end);
  } catch (error) {
    // The transaction is no more, or is tried again as a whole.
    if (databaseError(error)) throw error;
    await connection.query('ROLLBACK TO SAVEPOINT before_alerts');
    const { accountId, subject } = execution;
    services.log.error({ err: error, accountId, execution: uuidText(subject) }, 'nobody could be told of an end');
  }
}

async function follow(
  services: Needs,
  connection: PoolConnection,
  { accountId, subject }: Execution,
  end: ExecutionEnd,
): Promise<void> {
  const ended = await readEnded(connection, accountId, subject);
  if (!ended || ended.jobId === null) return;
  const kind = kindOf(end);
  const about = { accountId, jobId: ended.jobId };
  if (kind === undefined) return await resolve(services, connection, { ...about, executionId: subject, ended });
  const message = messageOf(ended, end);
  const name = { ...about, kind, subject: onlySubject };
  const { alert, event } = await raiseAlert(connection, name, { message, executionId: subject });
  if (event) await tell(services, connection, { ...about, alert, event, executionId: subject });
}

function kindOf(end: ExecutionEnd): AlertKind | undefined {
  const { status } = end;
  if (status === 'handler_failed' || status === 'delivery_failed') return 'run_failed';
  return status === 'partial_success' || hasBroughtNothing(end) ? 'run_partial' : undefined;
}

/** As its connector accepts any number of rejected rows the run is a success; that none was any good is for people all the same. */
function hasBroughtNothing({ rows }: ExecutionEnd): boolean {
  return rows !== undefined && rows.rejected > 0 && rows.rejected === rows.listed;
}

interface Recovered {
  accountId: number;
  jobId: number;
  executionId: Buffer;
  ended: EndedExecution;
}

/** Told once, whatever was open; of those that people were told of, the one that happened last. */
async function resolve(services: Needs, connection: PoolConnection, { ended, ...about }: Recovered): Promise<void> {
  const resolved = await resolveAlerts(connection, about, { kinds: runKinds });
  const alert = resolved.find(({ toldAt }) => toldAt !== null);
  if (!alert) return;
  const message = `"${ended.jobName}" has run with success again. Before that: ${alert.message}`;
  await tell(services, connection, { ...about, alert, event: 'resolved', message });
}

function messageOf({ jobName, type }: EndedExecution, end: ExecutionEnd): string {
  const { status, error, note, rows } = end;
  if (status === 'success' && hasBroughtNothing(end))
    return `"${jobName}" imported nothing: ${counted(rows?.rejected ?? 0, 'row')} came and every one was rejected. The rejected rows say what is wrong with them; mend the source, or the connector's mapping, and replay them.`;
  return `"${jobName}" ${whatHappened(type, status)}: ${error?.message ?? note ?? 'the execution says what happened.'}`;
}

function whatHappened(type: EndedExecution['type'], status: ExecutionEnd['status']): string {
  if (status === 'partial_success') return 'succeeded only in part';
  return status === 'delivery_failed' ? 'could not deliver its report' : failedWords[type];
}

const failedWords = { data_import: 'could not import', data_export: 'could not make its report' };
