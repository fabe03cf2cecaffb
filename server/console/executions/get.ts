import { listPartitions, type PartitionShown } from '../../../db/queries/console-streams.ts';
import { type ExecutionRecord, type KeptReport, requireExecution } from '../../../db/queries/executions.ts';
import { type ExecutionFacts, executionFacts } from '../../jobs/show.ts';
import { type RowFilter, rowFilterSchema } from '../../reports/row-filter.ts';
import { idOf } from '../ids.ts';
import { byId } from '../inputs.ts';
import { adminOfConsole } from '../trpc.ts';

/** Its rejected rows and its log are asked for by themselves. */
export interface ExecutionPageView extends ExecutionFacts {
  /** Of a day of a stream: what each partition brought; null for other executions. */
  partitions: PartitionShown[] | null;
  /** Somebody cancelled it, and whoever works on it is to stop. */
  cancel_requested: boolean;
  /** When it is tried again after an attempt that failed, as an ISO instant. */
  retry_at: string | null;
  /** Of an export: what it reports, as it was when it was asked for; null for imports. */
  report: ReportAsked | null;
}

/** `filters`: of one that was asked for on the Analysis List, the list's own, then the content of the saved one. */
export interface ReportAsked extends Omit<KeptReport, 'scope' | 'filters'> {
  filters: RowFilter[];
}

export const get = adminOfConsole.input(byId).query(async ({ ctx, input }): Promise<ExecutionPageView> => {
  const { pool } = ctx.services.database;
  const { accountId } = ctx.session;
  const execution = await requireExecution(pool, accountId, idOf(input.id));
  const { id, isCancelRequested, retryAt, triggerKind } = execution;
  return {
    ...(await executionFacts(pool, execution)),
    partitions: triggerKind === 'stream' ? await listPartitions(pool, accountId, id) : null,
    cancel_requested: isCancelRequested,
    retry_at: retryAt?.toISOString() ?? null,
    report: reportOf(execution),
  };
});

function reportOf({ report: kept }: ExecutionRecord): ExecutionPageView['report'] {
  if (!kept) return null;
  const { scope: _, filters = [], ...report } = kept;
  return { ...report, filters: filters.map((filter) => rowFilterSchema.parse(filter)) };
}
