import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { RowCounts } from '../../shared/execution.ts';
import type { Connection } from '../database.ts';
import type { ItemState } from './source-items.ts';

/** What the ledger says of an execution's items: the truth that its counts are taken from. */
export interface LedgerSums {
  items: Record<ItemState, number>;
  /** Rows that were read; the sum of `rows` without `listed`, or else something is wrong. */
  records: number;
  rows: RowCounts;
  firstFailure: Failure | undefined;
}

export async function sumItems(connection: Connection, accountId: number, executionId: Buffer): Promise<LedgerSums> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT state, COUNT(*) AS items, SUM(records_done) AS records, SUM(imported) AS imported, SUM(updated) AS updated,
        SUM(duplicate) AS duplicate, SUM(rejected) AS rejected, MIN(IF(state = 'failed', id, NULL)) AS failed_id
       FROM source_item WHERE account_id = ? AND execution_id = ? GROUP BY state`,
    [accountId, executionId],
  );
  const sums: LedgerSums = {
    items: { ready: 0, reading: 0, done: 0, failed: 0, waiting: 0 },
    records: 0,
    rows: { listed: 0, imported: 0, updated: 0, duplicate: 0, rejected: 0 },
    firstFailure: undefined,
  };
  for (const row of rows) {
    sums.items[row.state as ItemState] = row.items;
    sums.records += row.records;
    for (const name of ['imported', 'updated', 'duplicate', 'rejected'] as const) {
      sums.rows[name] += row[name];
      sums.rows.listed += row[name];
    }
    if (row.failed_id !== null) sums.firstFailure = await failureOf(connection, accountId, row.failed_id);
  }
  return sums;
}

async function failureOf(connection: Connection, accountId: number, itemId: number): Promise<Failure | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT error FROM source_item WHERE account_id = ? AND id = ?',
    [accountId, itemId],
  );
  return rows[0]?.error ? JSON.parse(rows[0].error) : undefined;
}

/** Bytes of an execution's items: of all of them (undefined where a source does not say), and of those that have ended. */
export async function byteSums(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
): Promise<{ total: number | undefined; ended: number }> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT SUM(byte_size) AS total, COUNT(*) = COUNT(byte_size) AS is_known,
        SUM(IF(state IN ('ready', 'reading'), 0, byte_size)) AS ended
       FROM source_item WHERE account_id = ? AND execution_id = ?`,
    [accountId, executionId],
  );
  const row = rows[0];
  return { total: row?.is_known === 1 ? (row.total ?? 0) : undefined, ended: row?.ended ?? 0 };
}

/** What became of one item's rows. */
export interface ItemRows extends Omit<RowCounts, 'listed'> {
  firstRejected: { line: number; reason: string } | undefined;
}

export async function itemRows(pool: Pool, accountId: number, itemId: number): Promise<ItemRows> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT i.imported, i.updated, i.duplicate, i.rejected, r.line, r.reason
       FROM source_item i
       LEFT JOIN rejected_row r ON r.id = (SELECT first.id FROM rejected_row first
         WHERE i.rejected > 0 AND first.source_item_id = i.id AND first.execution_id = i.execution_id
         ORDER BY first.id LIMIT 1)
      WHERE i.id = ? AND i.account_id = ?`,
    [itemId, accountId],
  );
  const row = rows[0];
  if (!row) throw new Error(`item ${itemId} is not in the ledger`);
  const { imported, updated, duplicate, rejected, line, reason } = row;
  return { imported, updated, duplicate, rejected, firstRejected: reason === null ? undefined : { line, reason } };
}
