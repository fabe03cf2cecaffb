import type { Pool } from 'mysql2/promise';
import {
  type FailedItemShown,
  listFailedItems,
  listSteps,
  type RejectedRowRecord,
  type StepShown,
  selectRejectedRows,
} from '../../db/queries/execution-details.ts';
import { listLogLines } from '../../db/queries/execution-log.ts';
import { type ExecutionRecord, requireExecution } from '../../db/queries/executions.ts';
import type { PartSet } from '../../db/queries/reports.ts';
import { listWaitingItems, type WaitingItem } from '../../db/queries/waiting-items.ts';
import type { Aftermath } from '../../shared/execution.ts';
import type { LogLineShown } from '../../shared/execution-log.ts';
import { logLinesMost } from '../pipeline/run-log.ts';
import type { Services } from '../services.ts';
import { aftermathOf } from './aftermath.ts';
import { type ExecutionRow, executionRow } from './list.ts';
import { type ReportFiles, reportFiles } from './report-link.ts';
import { type RetriesShown, retriesOf } from './retries.ts';
import type { DeliveryShown } from './shown-parts.ts';

/** What an execution did and counted, what failed, and what can be done about it. */
export interface ExecutionFacts extends ExecutionRow, RetriesShown, ReportFiles {
  job: string;
  steps: StepShown[];
  /** What became of an import's interactions since; null for exports. */
  aftermath: Aftermath | null;
  recordings: Aftermath['recordings'] | null;
  analyses: Aftermath['analyses'] | null;
  failed_items: FailedItemShown[];
  /** What was seen and left for a later run, with the reason. */
  waiting_items: WaitingItemShown[];
  /** Of files and of mails. */
  deliveries: (DeliveryShown & { part: number; set: PartSet })[];
}

/** All that is known of it: what `cqa execution show` prints. */
export interface ExecutionShown extends ExecutionFacts {
  /** When it goes on, while it waits for another attempt. */
  retry_at: string | null;
  /** What it said of itself, the oldest line first. */
  log: LogLineShown[];
  /** The first hundred. */
  rejected_rows: RejectedRowShown[];
}

export interface RejectedRowShown extends Omit<RejectedRowRecord, 'id' | 'file_name'> {
  file: string;
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
  const [facts, lines, rejected] = await Promise.all([
    executionFacts(pool, execution),
    listLogLines(pool, accountId, executionId, { after: 0, limit: logLinesMost * 2 }),
    selectRejectedRows(pool, accountId, executionId, { after: 0, limit: shownRejectedRows }),
  ]);
  return {
    ...facts,
    retry_at: execution.retryAt?.toISOString() ?? null,
    log: lines.map(({ at, level, message }) => ({ at, level, message })),
    rejected_rows: rejected.map(shownRejectedRow),
  };
}

export async function executionFacts(pool: Pool, execution: ExecutionRecord): Promise<ExecutionFacts> {
  const { accountId, id } = execution;
  const row = executionRow(execution);
  const [aftermath, files, retries, steps, failedItems, waitingItems] = await Promise.all([
    aftermathOf(pool, execution),
    reportFiles(pool, execution),
    retriesOf(pool, execution),
    listSteps(pool, accountId, id),
    listFailedItems(pool, accountId, id),
    listWaitingItems(pool, accountId, id),
  ]);
  return {
    ...row,
    ...retries,
    job: row.job_name,
    steps,
    aftermath,
    recordings: aftermath?.recordings ?? null,
    analyses: aftermath?.analyses ?? null,
    failed_items: failedItems,
    waiting_items: waitingItems.map(shownWaitingItem),
    ...files,
    deliveries: [...files.parts, ...files.mail_parts].flatMap(({ part, set, deliveries }) =>
      deliveries.map((delivery) => ({ part, set, ...delivery })),
    ),
  };
}

function shownWaitingItem({ key, size, reason }: WaitingItem): WaitingItemShown {
  return { key, bytes: size ?? null, reason };
}

function shownRejectedRow({ file_name, line, column, code, reason, raw }: RejectedRowRecord): RejectedRowShown {
  return { file: file_name, line, column, code, reason, raw };
}
