import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { Aftermath } from '../../shared/execution.ts';

/** Times are ISO instants. */
export interface StepShown {
  name: string;
  started_at: string;
  ended_at: string | null;
  message: string | null;
}

export async function listSteps(pool: Pool, accountId: number, executionId: Buffer): Promise<StepShown[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT s.name, s.started_at, s.ended_at, s.message
     FROM execution_step s JOIN execution e ON e.id = s.execution_id
     WHERE e.account_id = ? AND s.execution_id = ? ORDER BY s.position`,
    [accountId, executionId],
  );
  return rows.map(({ name, started_at, ended_at, message }) => ({
    name,
    started_at: started_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
    message,
  }));
}

export interface RejectedRowRecord {
  id: number;
  file_name: string;
  /** Of the file, from 1. */
  line: number;
  column: string | null;
  code: string;
  reason: string;
  /** The row as it stood there, at most its first 4 KB. */
  raw: string;
}

/** Rejected rows after the one with the id `after`, in the order in which they were read. */
export async function selectRejectedRows(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  { after, limit }: { after: number; limit: number },
): Promise<RejectedRowRecord[]> {
  const [rows] = await pool.query<(RejectedRowRecord & RowDataPacket)[]>(
    `SELECT id, file_name, line, column_name AS \`column\`, code, reason, LEFT(raw, 4096) AS raw FROM rejected_row
     WHERE account_id = ? AND execution_id = ? AND id > ? ORDER BY id LIMIT ?`,
    [accountId, executionId, after, limit],
  );
  return rows;
}

export interface FailedItemShown {
  key: string;
  error: Failure | null;
}

export async function listFailedItems(pool: Pool, accountId: number, executionId: Buffer): Promise<FailedItemShown[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    "SELECT item_key, error FROM source_item WHERE execution_id = ? AND account_id = ? AND state = 'failed' ORDER BY id LIMIT 1000",
    [executionId, accountId],
  );
  return rows.map(({ item_key, error }) => ({ key: item_key.toString('utf8'), error: error && JSON.parse(error) }));
}

/** What became of the interactions that an import brought: their recordings and analyses by state. */
export async function countAftermath(pool: Pool, accountId: number, executionId: Buffer): Promise<Aftermath> {
  const [recordings, analyses, waiting] = await Promise.all([
    countBy(pool, 'recording', 'state', accountId, executionId),
    countBy(pool, 'analysis', 'status', accountId, executionId),
    countWaitingAnalyses(pool, accountId, executionId),
  ]);
  return {
    recordings: { waiting: recordings('waiting'), here: recordings('here'), failed: recordings('failed') },
    analyses: { ...waiting, completed: analyses('completed'), failed: analyses('failed') },
  };
}

/** Counts in the index of execution and state alone: a day of a stream may have 100,000 rows, too many to open one by one. */
async function countBy(
  pool: Pool,
  table: 'recording' | 'analysis',
  column: 'state' | 'status',
  accountId: number,
  executionId: Buffer,
): Promise<(value: string) => number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${column} AS value, COUNT(*) AS n FROM ${table}
      WHERE execution_id = ? AND EXISTS (SELECT 1 FROM execution WHERE id = ? AND account_id = ?) GROUP BY ${column}`,
    [executionId, executionId, accountId],
  );
  return (value) => rows.find((row) => row.value === value)?.n ?? 0;
}

/**
 * An analysis has no row before it is made; until then its work stands for it. Each piece of work is looked at once: left
 * to itself, the database may look at all of them anew for each of the execution's items.
 */
async function countWaitingAnalyses(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
): Promise<{ queued: number; processing: number }> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT work.claim > 0 AND work.run_after > NOW(3) AND work.last_error IS NULL AS is_held, COUNT(*) AS n
     FROM work
     STRAIGHT_JOIN interaction ON interaction.id = work.subject
     STRAIGHT_JOIN source_item ON source_item.id = interaction.source_item_id
     WHERE work.account_id = ? AND work.kind = 'analyse' AND source_item.execution_id = ?
     GROUP BY is_held`,
    [accountId, executionId],
  );
  const of = (isHeld: number): number => rows.find((row) => row.is_held === isHeld)?.n ?? 0;
  return { queued: of(0), processing: of(1) };
}
