import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { uuidText } from '../uuid.ts';
import { type WorkKind, workKinds } from './work.ts';

/** More are counted as this many: nobody needs the exact figure, and counting a million takes long. */
export const mostCounted = 5_000;

/** Work of a kind that is not done yet. */
export interface WaitingWork {
  kind: WorkKind;
  /** At most `mostCounted`. */
  n: number;
  /** Since when the first of it could be done; null while all that is due is being done. */
  dueSince: Date | null;
  /** Why a try failed, where one has and is made again. */
  failure: Failure | null;
}

/** The first ones, which are done first, tell for all of them. */
const lookedAt = 100;

/** Kinds without any are not in it. */
export async function selectWaitingWork(pool: Pool, accountId: number): Promise<WaitingWork[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    workKinds
      .map(
        () => `SELECT ? AS kind,
            (SELECT COUNT(*) FROM (SELECT 1 FROM work WHERE account_id = ? AND kind = ? LIMIT ${mostCounted}) counted) AS n,
            MIN(CASE WHEN run_after <= NOW(3) THEN run_after END) AS due_since,
            MAX(last_error) AS last_error
          FROM (SELECT run_after, last_error FROM work
                 WHERE account_id = ? AND kind = ? ORDER BY id LIMIT ${lookedAt}) first_ones`,
      )
      .join(' UNION ALL '),
    workKinds.flatMap((kind) => [kind, accountId, kind, accountId, kind]),
  );
  return rows
    .filter(({ n }) => n > 0)
    .map((row) => ({
      kind: row.kind,
      n: row.n,
      dueSince: row.due_since,
      failure: row.last_error === null ? null : JSON.parse(row.last_error),
    }));
}

/** Rejected rows that nobody has seen to, at most `mostCounted`. */
export async function countOpenRejected(pool: Pool, accountId: number): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM (SELECT 1 FROM rejected_row WHERE account_id = ? AND state = 'open' LIMIT ${mostCounted}) counted`,
    [accountId],
  );
  return rows[0]?.n ?? 0;
}

/** Items that the newest execution of a job left for later, and that nobody has imported since. */
export interface LeftItems {
  execution_id: string;
  job_name: string;
  items: number;
}

export async function selectLeftItems(pool: Pool, accountId: number): Promise<LeftItems[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT e.id, e.job_name, e.items_waiting
     FROM (SELECT (SELECT x.id FROM execution x FORCE INDEX (by_job) WHERE x.job_id = j.id ORDER BY x.id DESC LIMIT 1) AS id
           FROM job j WHERE j.account_id = ? AND j.type = 'data_import' AND j.deleted_at IS NULL) newest
     STRAIGHT_JOIN execution e ON e.id = newest.id WHERE e.items_waiting > 0 AND e.trigger_kind <> 'stream' ORDER BY e.id DESC`,
    [accountId],
  );
  const left: LeftItems[] = [];
  for (const { id, job_name, items_waiting } of rows) {
    const items = items_waiting - (await countImportedSince(pool, accountId, id));
    if (items > 0) left.push({ execution_id: uuidText(id), job_name, items });
  }
  return left;
}

/**
 * How many of the items that an execution left for later a newer one has imported: another job of the same connector. Asked
 * for each place of the connector apart, so that every item is one look into the ledger's index.
 */
async function countImportedSince(pool: Pool, accountId: number, executionId: Buffer): Promise<number> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT STRAIGHT_JOIN COUNT(DISTINCT w.key_hash) AS n
       FROM execution_connector x
       JOIN (SELECT DISTINCT connector_id, location_hash FROM source_item WHERE connector_id IN (?)) place
         ON place.connector_id = x.connector_id
       JOIN waiting_item w ON w.execution_id = x.execution_id
       JOIN source_item s ON s.connector_id = place.connector_id AND s.location_hash = place.location_hash
        AND s.key_hash = w.key_hash AND s.state = 'done' AND s.execution_id > x.execution_id
      WHERE x.execution_id = ? AND x.account_id = ?`,
    [await connectorsOf(pool, accountId, executionId), executionId, accountId],
  );
  return rows[0]?.n ?? 0;
}

async function connectorsOf(pool: Pool, accountId: number, executionId: Buffer): Promise<number[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT connector_id FROM execution_connector WHERE execution_id = ? AND account_id = ?',
    [executionId, accountId],
  );
  // An empty list is no SQL.
  return [0, ...rows.map((row) => row.connector_id)];
}
