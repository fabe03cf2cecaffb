import type { Pool, RowDataPacket } from 'mysql2/promise';
import { type ExecutionStatus, executionStatuses } from '../../shared/execution.ts';
import type { JobType } from '../../shared/job.ts';
import { smallestIdAt } from '../uuid.ts';
import { type ExecutionRecord, executionRecord } from './executions.ts';
import type { Condition } from './scope.ts';

export interface ExecutionFilter {
  type?: JobType | undefined;
  /** Any of these; absent: all. */
  statuses?: readonly ExecutionStatus[] | undefined;
  /** Says the type as well, as the job does: see `selectSubject`. */
  connectorId?: number | undefined;
  /** Null: without a job. */
  jobId?: number | null | undefined;
  /** Made at this instant or later. */
  from?: Date | undefined;
  /** Made before this instant. */
  to?: Date | undefined;
  /** Only executions older than this one: the cursor. */
  before?: Buffer | undefined;
  limit: number;
}

/**
 * The account's executions, newest first. Whatever the filter, it is one range of an index for each status, and a page
 * reads no more than its own length of each, however deep it lies in the history.
 */
export async function findExecutions(
  pool: Pool,
  accountId: number,
  filter: ExecutionFilter,
): Promise<ExecutionRecord[]> {
  const { sql, values } = newestOf(accountId, filter);
  // Without STRAIGHT_JOIN the whole history might be read first, and joined to the page.
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT e.* FROM (${sql}) page STRAIGHT_JOIN execution e ON e.id = page.id ORDER BY e.id DESC`,
    values,
  );
  return rows.map(executionRecord);
}

/** The id after so many newer ones. What is skipped is read, in the index alone. */
export async function findIdAfter(
  pool: Pool,
  accountId: number,
  filter: Omit<ExecutionFilter, 'limit'>,
  skipped: number,
): Promise<Buffer | undefined> {
  const { sql, values } = newestOf(accountId, { ...filter, limit: skipped + 1 });
  const [rows] = await pool.query<RowDataPacket[]>(`SELECT id FROM (${sql}) newest ORDER BY id LIMIT 1`, values);
  return rows[0]?.id;
}

export async function countExecutions(
  pool: Pool,
  accountId: number,
  filter: Omit<ExecutionFilter, 'limit'>,
): Promise<number> {
  const ranges = rangesOf(accountId, filter);
  const [rows] = await pool.query<RowDataPacket[]>(
    ranges.map(({ from }) => `SELECT COUNT(*) AS n ${from}`).join(' UNION ALL '),
    ranges.flatMap(({ values }) => values),
  );
  return rows.reduce((sum, { n }) => sum + n, 0);
}

/** What a range is read from: equal columns first, in the index's order, then the id. */
interface Index {
  table: 'execution' | 'execution_connector';
  name: string;
  id: 'id' | 'execution_id';
  equal: [column: string, value: unknown][];
  /** Whether the status stands between the equal columns and the id, so that every range is of one status. */
  isByStatus: boolean;
}

function indexOf(accountId: number, { type, statuses, connectorId, jobId }: Omit<ExecutionFilter, 'limit'>): Index {
  const isByStatus = statuses !== undefined;
  const account: [string, unknown] = ['account_id', accountId];
  if (connectorId !== undefined) {
    const equal = [account, ['connector_id', connectorId]] satisfies Index['equal'];
    const from = { table: 'execution_connector', id: 'execution_id' } as const;
    if (jobId !== undefined)
      return { ...from, name: 'by_connector_job', equal: [...equal, ['job_id', jobId]], isByStatus: true };
    return { ...from, name: isByStatus ? 'by_connector_status' : 'by_connector', equal, isByStatus };
  }
  const from = { table: 'execution', id: 'id' } as const;
  if (jobId !== undefined)
    return { ...from, name: 'by_job_status', equal: [account, ['job_id', jobId]], isByStatus: true };
  if (type) return { ...from, name: 'by_type_status', equal: [account, ['type', type]], isByStatus: true };
  return { ...from, name: isByStatus ? 'by_status' : 'by_account', equal: [account], isByStatus };
}

/** `SELECT id …`: the newest ids of all ranges together. */
function newestOf(accountId: number, filter: ExecutionFilter): Condition {
  const { limit } = filter;
  const ranges = rangesOf(accountId, filter);
  const newest = ranges.map(({ id, from }) => `(SELECT ${id} AS id ${from} ORDER BY ${id} DESC LIMIT ?)`);
  return {
    sql: `SELECT id FROM (${newest.join(' UNION ALL ')}) found ORDER BY id DESC LIMIT ?`,
    values: [...ranges.flatMap(({ values }) => [...values, limit]), limit],
  };
}

interface Range {
  id: Index['id'];
  /** `FROM … WHERE …` */
  from: string;
  values: unknown[];
}

function rangesOf(accountId: number, filter: Omit<ExecutionFilter, 'limit'>): Range[] {
  const { table, name, id, equal, isByStatus } = indexOf(accountId, filter);
  const within = idsWithin(filter);
  const statuses: (ExecutionStatus | undefined)[] = isByStatus
    ? [...new Set(filter.statuses ?? executionStatuses)]
    : [undefined];
  return statuses.map((status) => {
    const all = status ? [...equal, ['status', status] as const] : equal;
    const conditions = [
      ...all.map(([column, value]) => `${column} ${value === null ? 'IS' : '='} ?`),
      ...within.map(({ sign }) => `${id} ${sign} ?`),
    ];
    return {
      id,
      from: `FROM ${table} FORCE INDEX (${name}) WHERE ${conditions.join(' AND ')}`,
      values: [...all.map(([, value]) => value), ...within.map(({ value }) => value)],
    };
  });
}

/** Ids grow with the time at which they are made, so a time is a bound of ids. */
function idsWithin({
  from,
  to,
  before,
}: Pick<ExecutionFilter, 'from' | 'to' | 'before'>): { sign: string; value: Buffer }[] {
  return [
    ...(from ? [{ sign: '>=', value: idAt(from) }] : []),
    ...(to ? [{ sign: '<', value: idAt(to) }] : []),
    ...(before ? [{ sign: '<', value: before }] : []),
  ];
}

function idAt(time: Date): Buffer {
  return smallestIdAt(Math.max(0, time.getTime()));
}

/**
 * A connector or a job that the history is filtered by, also after it was deleted, and the type that all of its
 * executions have. Undefined: the account has none with this uid.
 */
export async function selectSubject(
  pool: Pool,
  accountId: number,
  table: 'connector' | 'job',
  uid: Buffer,
): Promise<{ id: number; type: JobType } | undefined> {
  const type = table === 'job' ? 'type' : "IF(direction = 'import', 'data_import', 'data_export') AS type";
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id, ${type} FROM ${table} WHERE account_id = ? AND uid = ?`,
    [accountId, uid],
  );
  return rows[0] && { id: rows[0].id, type: rows[0].type };
}
