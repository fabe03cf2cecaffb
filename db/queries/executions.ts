import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { AppError, type Failure } from '../../shared/error.ts';
import type { ExecutionStatus, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import type { ReportConfig } from '../../shared/report.ts';
import type { Connection } from '../database.ts';
import { addChosenConnectors, addExecutionConnectors } from './execution-connectors.ts';
import type { Scope } from './scope.ts';

/**
 * `catch_up`: its time passed while nothing was running, and it stands for every time that was missed. `arrival`: a file
 * came into an inbox. `connector_saved`: the first run of a job that the product made. `backfill`: days read again.
 * `expected_file`: a file that should be there by now is looked for. `stream`: a day of a stream of events. `retry`: what
 * failed in an earlier execution is done again.
 */
export type TriggerKind =
  | 'schedule'
  | 'catch_up'
  | 'manual'
  | 'arrival'
  | 'connector_saved'
  | 'backfill'
  | 'expected_file'
  | 'stream'
  | 'retry';

export interface ExecutionRange {
  from: Date;
  to: Date;
}

/** A report as its execution keeps it: what was asked for stays what it was, whatever is configured later. */
export interface KeptReport extends ReportConfig {
  /** Of one that somebody asked for on the Analysis List: each must fit. The named saved filter is among them. */
  filters?: Record<string, unknown>[];
  /** What whoever asked for it could see then. */
  scope?: Scope;
}

export interface ExecutionRecord {
  id: Buffer;
  accountId: number;
  /** Null: an export that somebody asked for on the Analysis List. */
  jobId: number | null;
  jobName: string;
  type: JobType;
  connectorNames: string[];
  triggerKind: TriggerKind;
  triggeredBy: string | null;
  /** The user who asked for an export without a job, and whose rights it has. */
  requestedBy: number | null;
  /** The address that such an export is mailed to: the user's own. */
  recipient: string | null;
  dueAt: Date | null;
  report: KeptReport | undefined;
  /** Of a backfill: what is read again, from the first instant up to the second. */
  range: ExecutionRange | undefined;
  /** Of a retry: the execution whose failures it does again. */
  retryOf: Buffer | null;
  /** When it is tried again: an attempt failed, and nobody works on it until then. */
  retryAt: Date | null;
  status: ExecutionStatus;
  isCancelRequested: boolean;
  items: ItemCounts;
  rows: RowCounts;
  parts: number;
  note: string | null;
  error: Failure | null;
  createdAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}

export interface NewExecution {
  id: Buffer;
  accountId: number;
  jobId: number | null;
  jobName: string;
  type: JobType;
  connectorNames: string[];
  /** Without a job: its destinations. A job's execution has the job's connectors. */
  connectorIds?: number[];
  triggerKind: TriggerKind;
  triggeredBy?: string;
  requestedBy?: number | undefined;
  recipient?: string | undefined;
  dueAt?: Date;
  report?: KeptReport | undefined;
  range?: ExecutionRange | undefined;
  retryOf?: Buffer | undefined;
  note?: string;
  /** Made as ended: a due time that was not run, kept so that the history tells. */
  cancelled?: boolean;
}

export const openStatuses = ['pending', 'processing', 'delivering'] as const;

/** In a transaction, with its connectors. Fails with a duplicate key where the job's due time has its execution already. */
export async function addExecution(connection: Connection, execution: NewExecution): Promise<void> {
  const { id, accountId, jobId, jobName, type, connectorNames, triggerKind, triggeredBy, dueAt, report } = execution;
  const { note, range, retryOf, requestedBy, recipient, connectorIds = [], cancelled = false } = execution;
  await connection.query(
    `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, triggered_by, due_at,
       report, note, status, range_from, range_to, retry_of, requested_by, recipient, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${cancelled ? 'NOW(3)' : 'NULL'})`,
    [
      ...[id, accountId, jobId, jobName, type, JSON.stringify(connectorNames), triggerKind, triggeredBy ?? null],
      ...[dueAt ?? null, report ? JSON.stringify(report) : null, note ?? null, cancelled ? 'cancelled' : 'pending'],
      ...[range?.from ?? null, range?.to ?? null, retryOf ?? null, requestedBy ?? null, recipient ?? null],
    ],
  );
  if (jobId !== null) return await addExecutionConnectors(connection, id);
  await addChosenConnectors(connection, { accountId, id, connectorIds });
}

export async function readExecution(
  connection: Connection,
  accountId: number,
  id: Buffer,
): Promise<ExecutionRecord | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM execution WHERE account_id = ? AND id = ?', [
    accountId,
    id,
  ]);
  return rows[0] && executionRecord(rows[0]);
}

/** Throws `not_found` unless the execution is the account's. */
export async function requireExecution(
  connection: Connection,
  accountId: number,
  id: Buffer,
): Promise<ExecutionRecord> {
  const execution = await readExecution(connection, accountId, id);
  if (!execution) throw notThere();
  return execution;
}

export function notThere(): AppError {
  return new AppError('not_found', 'This execution is not there. Open the history to see which are.');
}

/** Of an execution: it does what its job is for, other than a retry (of what failed) and a backfill (of its own days). */
export const looksForNew = 'retry_of IS NULL AND range_from IS NULL';

/** Whether the job has a run that has not ended, or at least a retry or a backfill (`other`). */
export async function openRun(
  connection: Connection,
  accountId: number,
  jobId: number,
): Promise<'run' | 'other' | undefined> {
  const open =
    'SELECT 1 FROM execution FORCE INDEX (by_job_status) WHERE account_id = ? AND job_id = ? AND status IN (?)';
  const values = [accountId, jobId, openStatuses];
  // Each ends at the first that it meets: behind a run that hangs, thousands may be queued.
  const [[found]] = await connection.query<RowDataPacket[]>(
    `SELECT EXISTS (${open} AND ${looksForNew}) AS has_run, EXISTS (${open}) AS has_any`,
    [...values, ...values],
  );
  if (found?.has_run === 1) return 'run';
  return found?.has_any === 1 ? 'other' : undefined;
}

/** Whether an execution of the job that is older than this one has not ended. */
export async function hasOlderOpen(
  connection: Connection,
  accountId: number,
  jobId: number,
  id: Buffer,
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM execution FORCE INDEX (by_job_status)
      WHERE account_id = ? AND job_id = ? AND status IN (?) AND id < ? LIMIT 1`,
    [accountId, jobId, openStatuses, id],
  );
  return rows.length > 0;
}

/** Asks for a cancel; false where the execution has ended already. */
export async function requestCancel(connection: Connection, accountId: number, id: Buffer): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    'UPDATE execution SET cancel_requested = TRUE WHERE account_id = ? AND id = ? AND status IN (?)',
    [accountId, id, openStatuses],
  );
  return result.affectedRows === 1;
}

/** Which of these executions are to be cancelled. They are held by the asking worker, so no account is asked for. */
export async function cancelRequestedAmong(pool: Pool, ids: Buffer[]): Promise<Buffer[]> {
  if (ids.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>('SELECT id FROM execution WHERE id IN (?) AND cancel_requested', [
    ids,
  ]);
  return rows.map((row) => row.id);
}

export function executionRecord(row: RowDataPacket): ExecutionRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    jobId: row.job_id,
    jobName: row.job_name,
    type: row.type,
    connectorNames: JSON.parse(row.connector_names),
    triggerKind: row.trigger_kind,
    triggeredBy: row.triggered_by,
    requestedBy: row.requested_by,
    recipient: row.recipient,
    dueAt: row.due_at,
    report: row.report === null ? undefined : JSON.parse(row.report),
    range: row.range_from === null ? undefined : { from: row.range_from, to: row.range_to },
    retryOf: row.retry_of,
    retryAt: row.retry_at,
    status: row.status,
    isCancelRequested: row.cancel_requested === 1,
    ...countsOf(row),
    parts: row.parts,
    note: row.note,
    error: row.error === null ? null : JSON.parse(row.error),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

export function countsOf(row: RowDataPacket): { items: ItemCounts; rows: RowCounts } {
  return {
    items: {
      listed: row.items_listed,
      done: row.items_done,
      unchanged: row.items_unchanged,
      waiting: row.items_waiting,
      failed: row.items_failed,
    },
    rows: {
      listed: row.rows_listed,
      imported: row.rows_imported,
      updated: row.rows_updated,
      duplicate: row.rows_duplicate,
      rejected: row.rows_rejected,
    },
  };
}

/** How far an execution is: its state and the rows stored by now. Throws `not_found` unless it is the account's. */
export async function readExecutionProgress(
  pool: Pool,
  accountId: number,
  id: Buffer,
): Promise<{ status: ExecutionStatus; rows: number }> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT status, GREATEST(rows_listed, (SELECT COALESCE(SUM(imported + updated + duplicate + rejected), 0)
       FROM source_item WHERE execution_id = execution.id AND account_id = execution.account_id)) AS rows_seen
     FROM execution WHERE account_id = ? AND id = ?`,
    [accountId, id],
  );
  if (!rows[0]) throw notThere();
  return { status: rows[0].status, rows: rows[0].rows_seen };
}
