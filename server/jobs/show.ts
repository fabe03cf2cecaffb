import {
  countAftermath,
  type FailedItemShown,
  firstRejectedRows,
  listFailedItems,
  listSteps,
  type RejectedRowShown,
  type StepShown,
} from '../../db/queries/execution-details.ts';
import { readExecution } from '../../db/queries/executions.ts';
import { type Delivery, listDeliveries, listParts, type ReportPart } from '../../db/queries/reports.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import type { Aftermath } from '../../shared/execution.ts';
import type { Services } from '../services.ts';
import { type ExecutionRow, executionRow } from './list.ts';

export interface DeliveryShown {
  connector: string;
  status: 'delivered' | 'failed';
  location: string | null;
  error: Failure | null;
}

export interface PartShown {
  part: number;
  file_name: string;
  rows: number;
  bytes: number;
  sha256: string;
  deliveries: DeliveryShown[];
}

/** One execution with all that is known of it: what `cqa execution show` prints and the console's page draws. */
export interface ExecutionShown extends ExecutionRow {
  job: string;
  steps: StepShown[];
  /** What became of an import's interactions since; null for exports. */
  aftermath: Aftermath | null;
  recordings: Aftermath['recordings'] | null;
  analyses: Aftermath['analyses'] | null;
  /** The first hundred. */
  rejected_rows: RejectedRowShown[];
  failed_items: FailedItemShown[];
  parts: PartShown[];
  deliveries: (DeliveryShown & { part: number })[];
}

const shownRejectedRows = 100;

/** Throws `not_found` where the account has no such execution. */
export async function showExecution(
  { database: { pool } }: Services,
  accountId: number,
  executionId: Buffer,
): Promise<ExecutionShown> {
  const execution = await readExecution(pool, accountId, executionId);
  if (!execution) throw new AppError('not_found', 'This execution is not there. Open the history to see which are.');
  const isImport = execution.type === 'data_import';
  const row = executionRow(execution);
  const parts = shownParts(
    await listParts(pool, accountId, executionId),
    await listDeliveries(pool, accountId, executionId),
  );
  const aftermath = isImport ? await countAftermath(pool, accountId, executionId) : null;
  return {
    ...row,
    job: row.job_name,
    steps: await listSteps(pool, executionId),
    aftermath,
    recordings: aftermath?.recordings ?? null,
    analyses: aftermath?.analyses ?? null,
    rejected_rows: await firstRejectedRows(pool, accountId, executionId, shownRejectedRows),
    failed_items: await listFailedItems(pool, accountId, executionId),
    parts,
    deliveries: parts.flatMap(({ part, deliveries }) => deliveries.map((delivery) => ({ part, ...delivery }))),
  };
}

function shownParts(parts: ReportPart[], deliveries: Delivery[]): PartShown[] {
  return parts.map(({ id, part, fileName, rowCount, byteSize, sha256 }) => ({
    part,
    file_name: fileName,
    rows: rowCount,
    bytes: byteSize,
    sha256,
    deliveries: deliveries.filter(({ partId }) => partId === id).map(shownDelivery),
  }));
}

function shownDelivery({ connectorName, status, location, error }: Delivery): DeliveryShown {
  const failure = error ? { code: error.code, message: error.message } : null;
  return { connector: connectorName, status, location: location ?? null, error: failure };
}
