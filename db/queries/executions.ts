import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { AppError, type Failure } from '../../shared/error.ts';
import type { ExecutionStatus, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { JobType, ReportConfig } from '../../shared/job.ts';
import type { Connection } from '../database.ts';

/**
 * `catch_up`: its time passed while nothing was running, and it stands for every time that was missed. `arrival`: a file
 * came into an inbox. `connector_saved`: the first run of a job that the product made. `backfill`: days read again.
 * `expected_file`: a file that should be there by now is looked for. `stream`: a day of a stream of events.
 */
export type TriggerKind =
  | 'schedule'
  | 'catch_up'
  | 'manual'
  | 'arrival'
  | 'connector_saved'
  | 'backfill'
  | 'expected_file'
  | 'stream';

export interface ExecutionRange {
  from: Date;
  to: Date;
}

export interface ExecutionRecord {
  id: Buffer;
  accountId: number;
  jobId: number;
  jobName: string;
  type: JobType;
  connectorNames: string[];
  triggerKind: TriggerKind;
  triggeredBy: string | null;
  dueAt: Date | null;
  report: ReportConfig | undefined;
  /** Of a backfill: what is read again, from the first instant up to the second. */
  range: ExecutionRange | undefined;
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
  jobId: number;
  jobName: string;
  type: JobType;
  connectorNames: string[];
  triggerKind: TriggerKind;
  triggeredBy?: string;
  dueAt?: Date;
  report?: ReportConfig | undefined;
  range?: ExecutionRange | undefined;
  note?: string;
  /** Made as ended: a due time that was not run, kept so that the history tells. */
  cancelled?: boolean;
}

export const openStatuses = ['pending', 'processing', 'delivering'] as const;

/** Fails with a duplicate key where the job's due time has its execution already. */
export async function addExecution(connection: Connection, execution: NewExecution): Promise<void> {
  const { id, accountId, jobId, jobName, type, connectorNames, triggerKind, triggeredBy, dueAt, report } = execution;
  const { note, range, cancelled = false } = execution;
  await connection.query(
    `INSERT INTO execution (id, account_id, job_id, job_name, type, connector_names, trigger_kind, triggered_by, due_at,
       report, note, status, range_from, range_to, ended_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${cancelled ? 'NOW(3)' : 'NULL'})`,
    [
      ...[id, accountId, jobId, jobName, type, JSON.stringify(connectorNames), triggerKind, triggeredBy ?? null],
      ...[dueAt ?? null, report ? JSON.stringify(report) : null, note ?? null, cancelled ? 'cancelled' : 'pending'],
      ...[range?.from ?? null, range?.to ?? null],
    ],
  );
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

function notThere(): AppError {
  return new AppError('not_found', 'This execution is not there. Open the history to see which are.');
}

/** Whether the job has an execution that has not ended; with `before`, one older than that execution. */
export async function hasOpenExecution(
  connection: Connection,
  accountId: number,
  jobId: number,
  before?: Buffer,
): Promise<boolean> {
  const older = before ? 'AND id < ?' : '';
  // The open ones of an account are few, a job's history is long: the sum keeps the job's index out of it.
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM execution WHERE account_id = ? AND status IN (?) AND job_id + 0 = ? ${older} LIMIT 1`,
    [accountId, openStatuses, jobId, ...(before ? [before] : [])],
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

export interface ExecutionFilter {
  type?: JobType | undefined;
  status?: ExecutionStatus | undefined;
  /** A connector's name. */
  connector?: string | undefined;
  /** Only executions older than this one: the cursor. */
  before?: Buffer | undefined;
  limit: number;
}

/** Newest first. */
export async function findExecutions(
  pool: Pool,
  accountId: number,
  { type, status, connector, before, limit }: ExecutionFilter,
): Promise<ExecutionRecord[]> {
  const conditions: [string, unknown][] = [['account_id = ?', accountId]];
  if (type) conditions.push(['type = ?', type]);
  if (status) conditions.push(['status = ?', status]);
  if (connector) conditions.push(['JSON_CONTAINS(connector_names, JSON_QUOTE(?))', connector]);
  if (before) conditions.push(['id < ?', before]);
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT * FROM execution WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY id DESC LIMIT ?`,
    [...conditions.map(([, value]) => value), limit],
  );
  return rows.map(executionRecord);
}

function executionRecord(row: RowDataPacket): ExecutionRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    jobId: row.job_id,
    jobName: row.job_name,
    type: row.type,
    connectorNames: JSON.parse(row.connector_names),
    triggerKind: row.trigger_kind,
    triggeredBy: row.triggered_by,
    dueAt: row.due_at,
    report: row.report === null ? undefined : JSON.parse(row.report),
    range: row.range_from === null ? undefined : { from: row.range_from, to: row.range_to },
    status: row.status,
    isCancelRequested: row.cancel_requested === 1,
    items: itemsOf(row),
    rows: rowsOf(row),
    parts: row.parts,
    note: row.note,
    error: row.error === null ? null : JSON.parse(row.error),
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

function itemsOf(row: RowDataPacket): ItemCounts {
  return {
    listed: row.items_listed,
    done: row.items_done,
    unchanged: row.items_unchanged,
    waiting: row.items_waiting,
    failed: row.items_failed,
  };
}

function rowsOf(row: RowDataPacket): RowCounts {
  return {
    listed: row.rows_listed,
    imported: row.rows_imported,
    updated: row.rows_updated,
    duplicate: row.rows_duplicate,
    rejected: row.rows_rejected,
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

/** The name that executions know a connector by, also after it was deleted. */
export async function findConnectorName(pool: Pool, accountId: number, uid: Buffer): Promise<string | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT name FROM connector WHERE account_id = ? AND uid = ?', [
    accountId,
    uid,
  ]);
  return rows[0]?.name;
}
