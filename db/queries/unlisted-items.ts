import type { Pool, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Reader } from './source-items.ts';

const ownUnderClaim = `account_id = ? AND execution_id = ?
        AND EXISTS (SELECT 1 FROM work WHERE id = ? AND claim = ?)`;

function ownerOf({ executionId, work }: Reader): unknown[] {
  return [work.accountId, executionId, work.id, work.claim];
}

/**
 * Before a source is listed again for an execution: what an earlier listing found counts as begun until this one finds it
 * too. Nothing where another worker has the execution.
 */
export async function expectListing(pool: Pool, reader: Reader): Promise<void> {
  await pool.query(
    `UPDATE source_item SET state = 'reading' WHERE state = 'ready' AND ${ownUnderClaim}`,
    ownerOf(reader),
  );
}

/**
 * After the listing: slices of time, which have no size, are offered under another version each time and can still be
 * read as they were begun. Returns how many there are.
 */
export async function keepUnlistedSlices(pool: Pool, reader: Reader): Promise<number> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE source_item SET state = 'ready' WHERE state = 'reading' AND byte_size IS NULL AND ${ownUnderClaim}`,
    ownerOf(reader),
  );
  return result.affectedRows;
}

/** An item that an earlier listing of the same execution found, and the last one did not. */
export interface UnlistedItem {
  id: number;
  key: string;
  /** Rows of it that are stored or rejected. */
  recordsDone: number;
}

export async function unlistedItems(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  limit: number,
): Promise<UnlistedItem[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id, item_key, records_done FROM source_item
      WHERE account_id = ? AND execution_id = ? AND state = 'reading' ORDER BY item_key, id LIMIT ?`,
    [accountId, executionId, limit],
  );
  return rows.map((row) => ({ id: row.id, key: row.item_key.toString(), recordsDone: row.records_done }));
}
