import type { PoolConnection } from 'mysql2/promise';
import { transaction } from '../../../db/database.ts';
import { takeConversations } from '../../../db/queries/conversation-caps.ts';
import { addBatchJob, addIngressItem, addJobInteractions } from '../../../db/queries/ingress-jobs.ts';
import { ingressConnectorId } from '../../../db/queries/interactions.ts';
import { addRejectedRows, type RejectedRow } from '../../../db/queries/rejected-rows.ts';
import { newId } from '../../../db/uuid.ts';
import { AppError } from '../../../shared/error.ts';
import type { Services } from '../../services.ts';
import type { RowProblem } from '../parse/scanner.ts';
import { storeFailure } from '../store/failure.ts';
import { InteractionStore, type Rows, startAgain } from '../store/interaction-store.ts';
import type { SortedRows } from '../store/sort.ts';
import { rejectedOf } from '../store/store.ts';
import { makesWork, type Received, rowsOf } from './rows.ts';

/** One item of a batch: an interaction, or why it cannot be one. Lines count from 1. */
export type BatchItem = Received | { line: number; problem: RowProblem; externalId: string | undefined; raw: string };

/** Why an item was not taken. */
export interface BatchError {
  line: number;
  reason: string;
  external_interaction_id: string | null;
}

export interface BatchReceipt {
  jobId: Buffer;
  accepted: number;
  rejected: number;
  /** In order of line. */
  errors: BatchError[];
}

interface BatchJob {
  id: Buffer;
  accountId: number;
  rows: Rows;
  /** What was wrong before anything was stored. */
  invalid: RejectedRow[];
}

/** Everything of a batch in one transaction: the job, its interactions, what was rejected and why. */
export async function storeBatch(
  services: Services,
  accountId: number,
  items: BatchItem[],
): Promise<BatchReceipt & { makesWork: boolean }> {
  const rows = await rowsOf(services, accountId, items.filter(isReceived));
  const invalid = items.flatMap((item) => (isReceived(item) ? [] : [invalidRow(item)]));
  const job = { id: newId(), accountId, rows, invalid };
  let attempts = 0;
  try {
    const { sorted, rejected } = await transaction(services.database.pool, (connection) =>
      storeJob(services, connection, job, attempts++ > 0),
    );
    return {
      jobId: job.id,
      accepted: sorted.added.length,
      rejected: rejected.length,
      errors: rejected.map(errorOf),
      makesWork: makesWork(sorted),
    };
  } catch (thrown) {
    throw storeFailure(thrown);
  }
}

/** Races with others who bring the same rows that are met before giving up. */
const maxRaces = 8;

interface Stored {
  sorted: SortedRows;
  rejected: RejectedRow[];
}

async function storeJob(
  { database }: Services,
  connection: PoolConnection,
  job: BatchJob,
  expectsKnown: boolean,
): Promise<Stored> {
  for (let race = 0; race <= maxRaces; race++) {
    const sourceItemId = await addIngressItem(connection, job.accountId, job.id, 'done');
    const store = new InteractionStore(database, {
      origin: { accountId: job.accountId, connectorId: ingressConnectorId, sourceItemId },
      executionId: job.id,
      onExisting: 'reject',
      isBulk: false,
    });
    if (expectsKnown || race > 0) store.expectKnown();
    const sorted = await store.attempt(connection, job.rows);
    if (sorted) return settleJob(connection, job, sourceItemId, sorted);
    await startAgain(connection);
  }
  throw new AppError('database_failed', 'The database neither stores new rows nor says which are there already.');
}

async function settleJob(
  connection: PoolConnection,
  { id, accountId, rows, invalid }: BatchJob,
  sourceItemId: number,
  sorted: SortedRows,
): Promise<Stored> {
  const accepted = sorted.added.length;
  if (accepted > 0) await takeConversations(connection, accountId, accepted, { stored: accepted });
  const rejected = [...invalid, ...sorted.refused.map(rejectedOf)].sort((a, b) => a.line - b.line);
  await addJobInteractions(
    connection,
    id,
    sorted.added.map((row) => ({ line: row.line, interactionId: rows.buffer.idOf(row) })),
  );
  await addRejectedRows(connection, { accountId, executionId: id, sourceItemId, fileName: 'batch' }, rejected);
  const counts = { total: rows.rows.length + invalid.length, accepted, rejected: rejected.length };
  await addBatchJob(connection, accountId, { id, sourceItemId }, counts);
  return { sorted, rejected };
}

function isReceived(item: BatchItem): item is Received {
  return 'interaction' in item;
}

function invalidRow({ line, problem, externalId, raw }: Exclude<BatchItem, Received>): RejectedRow {
  return { line, column: problem.column, code: problem.code, reason: problem.reason, raw, externalId };
}

function errorOf({ line, reason, externalId }: RejectedRow): BatchError {
  return { line, reason, external_interaction_id: externalId ?? null };
}
