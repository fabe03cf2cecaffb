import { z } from 'zod';
import { type ExecutionRecord, findConnectorName, findExecutions } from '../../db/queries/executions.ts';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError, type Failure } from '../../shared/error.ts';
import {
  type ExecutionStatus,
  type ExportCounts,
  executionStatuses,
  type ItemCounts,
  type RowCounts,
} from '../../shared/execution.ts';
import { cursorSchema, uidSchema } from '../../shared/id.ts';
import { type JobType, jobTypes } from '../../shared/job.ts';
import type { Services } from '../services.ts';

/** A line of the history. Times are ISO instants. */
export interface ExecutionRow {
  execution_id: string;
  job_name: string;
  type: JobType;
  connectors: string[];
  trigger: string;
  triggered_by: string | null;
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

export const executionFilterSchema = z.strictObject({
  type: z.enum(jobTypes).optional(),
  status: z.enum(executionStatuses).optional(),
  /** The connector's uid. */
  connector: uidSchema.optional(),
  cursor: cursorSchema.optional(),
});
export interface ListFilter extends z.infer<typeof executionFilterSchema> {
  limit?: number;
}

const pageSize = 50;

/** The account's executions, newest first. */
export async function listExecutions(
  { database: { pool } }: Services,
  accountId: number,
  { type, status, connector, cursor, limit = pageSize }: ListFilter = {},
): Promise<ExecutionPage> {
  const connectorName = connector && (await findConnectorName(pool, accountId, idOf(connector, 'connector')));
  if (connector && !connectorName) return { rows: [], next_cursor: null };
  const before = cursor ? idOf(cursor, 'page') : undefined;
  const found = await findExecutions(pool, accountId, {
    ...{ type, status, before, limit: limit + 1 },
    connector: connectorName,
  });
  const rows = found.slice(0, limit).map(executionRow);
  return { rows, next_cursor: found.length > limit ? (rows.at(-1)?.execution_id ?? null) : null };
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
