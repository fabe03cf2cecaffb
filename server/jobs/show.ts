import {
  countAftermath,
  type FailedItemShown,
  listFailedItems,
  listSteps,
  type RejectedRowRecord,
  type StepShown,
  selectRejectedRows,
} from '../../db/queries/execution-details.ts';
import { requireExecution } from '../../db/queries/executions.ts';
import { type Delivery, listDeliveries, listParts, type ReportPart } from '../../db/queries/reports.ts';
import { listWaitingItems, type WaitingItem } from '../../db/queries/waiting-items.ts';
import type { Failure } from '../../shared/error.ts';
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

export interface RejectedRowShown extends Omit<RejectedRowRecord, 'id' | 'file_name'> {
  file: string;
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
  /** What was seen and left for a later run, with the reason. */
  waiting_items: WaitingItemShown[];
  parts: PartShown[];
  deliveries: (DeliveryShown & { part: number })[];
}

export interface WaitingItemShown {
  key: string;
  bytes: number | null;
  reason: string;
}

const shownRejectedRows = 100;

/** Throws `not_found` where the account has no such execution. */
export async function showExecution(
  { database: { pool } }: Services,
  accountId: number,
  executionId: Buffer,
): Promise<ExecutionShown> {
  const execution = await requireExecution(pool, accountId, executionId);
  const isImport = execution.type === 'data_import';
  const row = executionRow(execution);
  const parts = shownParts(
    await listParts(pool, accountId, executionId),
    await listDeliveries(pool, accountId, executionId),
  );
  const rejected = await selectRejectedRows(pool, accountId, executionId, { after: 0, limit: shownRejectedRows });
  const aftermath = isImport ? await countAftermath(pool, accountId, executionId) : null;
  return {
    ...row,
    job: row.job_name,
    steps: await listSteps(pool, accountId, executionId),
    aftermath,
    recordings: aftermath?.recordings ?? null,
    analyses: aftermath?.analyses ?? null,
    rejected_rows: rejected.map(shownRejectedRow),
    failed_items: await listFailedItems(pool, accountId, executionId),
    waiting_items: (await listWaitingItems(pool, accountId, executionId)).map(shownWaitingItem),
    parts,
    deliveries: parts.flatMap(({ part, deliveries }) => deliveries.map((delivery) => ({ part, ...delivery }))),
  };
}

function shownWaitingItem({ key, size, reason }: WaitingItem): WaitingItemShown {
  return { key, bytes: size ?? null, reason };
}

function shownRejectedRow({ file_name, line, column, code, reason, raw }: RejectedRowRecord): RejectedRowShown {
  return { file: file_name, line, column, code, reason, raw };
}

export function shownParts(parts: ReportPart[], deliveries: Delivery[]): PartShown[] {
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
