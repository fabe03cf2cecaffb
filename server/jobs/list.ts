import type { Pool } from 'mysql2/promise';
import { findExecutions, selectSubject } from '../../db/queries/execution-search.ts';
import type { ExecutionRecord, TriggerKind } from '../../db/queries/executions.ts';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import type { ExecutionStatus, ExportCounts, ItemCounts, RowCounts } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import type { Services } from '../services.ts';
import { type HistoryFilter, instantsOf, onDemand } from './history-filter.ts';

/** A line of the history. Times are ISO instants. */
export interface ExecutionRow {
  execution_id: string;
  job_name: string;
  type: JobType;
  connectors: string[];
  trigger: TriggerKind;
  triggered_by: string | null;
  /** Asked for on the Analysis List: there is no job, and `job_name` is the name it was given. */
  is_on_demand: boolean;
  /** The address that such an export is mailed to: its asker's own. */
  recipient: string | null;
  status: ExecutionStatus;
  /** Null for exports: they list no items. */
  items: ItemCounts | null;
  counts: RowCounts | ExportCounts;
  note: string | null;
  error: Failure | null;
  due_at: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export interface ExecutionPage {
  rows: ExecutionRow[];
  /** Give it back as `cursor` for the next page; null on the last. */
  next_cursor: string | null;
}

export interface ListFilter extends HistoryFilter {
  limit?: number;
}

const pageSize = 50;

/**
 * The account's executions, newest first. A connector or job that is not the account's has none. Throws `invalid` for
 * a cursor that is none.
 */
export async function listExecutions(
  services: Services,
  accountId: number,
  { type, status, connector, job, from, to, cursor, limit = pageSize }: ListFilter = {},
): Promise<ExecutionPage> {
  const { pool } = services.database;
  const before = cursor === undefined ? undefined : idOf(cursor, 'page');
  const ofConnector = await subjectOf(pool, accountId, 'connector', connector);
  const ofJob = job === onDemand ? withoutJob : await subjectOf(pool, accountId, 'job', job);
  const types = [type, ofConnector?.type, ofJob?.type].filter((known) => known !== undefined);
  if (ofConnector === null || ofJob === null || new Set(types).size > 1) return { rows: [], next_cursor: null };
  const found = await findExecutions(pool, accountId, {
    ...{ type, statuses: typeof status === 'string' ? [status] : status },
    ...{ connectorId: ofConnector?.id, jobId: ofJob?.id },
    ...(await instantsOf(services, accountId, { from, to })),
    ...{ before, limit: limit + 1 },
  });
  const rows = found.slice(0, limit).map(executionRow);
  return { rows, next_cursor: found.length > limit ? (rows.at(-1)?.execution_id ?? null) : null };
}

const withoutJob = { id: null, type: 'data_export' } as const;

/** Undefined: not asked for; null: the account has none with this uid. */
async function subjectOf(pool: Pool, accountId: number, table: 'connector' | 'job', uid: string | undefined) {
  if (uid === undefined) return undefined;
  return (await selectSubject(pool, accountId, table, idOf(uid, table))) ?? null;
}

function idOf(text: string, what: string): Buffer {
  const id = parseUuid(text);
  if (!id) throw new AppError('invalid', `"${text}" names no ${what}. Start again from the first page of the history.`);
  return id;
}

export function executionRow(execution: ExecutionRecord): ExecutionRow {
  const { id, jobName, type, connectorNames, triggerKind, triggeredBy, status, items, note, error } = execution;
  const { rows, parts, createdAt, dueAt, startedAt, endedAt } = execution;
  return {
    execution_id: uuidText(id),
    job_name: jobName,
    type,
    connectors: connectorNames,
    trigger: triggerKind,
    triggered_by: triggeredBy,
    is_on_demand: execution.jobId === null,
    recipient: execution.recipient,
    status,
    items: type === 'data_import' ? items : null,
    counts: type === 'data_import' ? rows : { rows: rows.listed, parts },
    note,
    error,
    due_at: dueAt?.toISOString() ?? null,
    created_at: createdAt.toISOString(),
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
  };
}
