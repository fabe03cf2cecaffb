import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { ItemCounts, RowCounts } from '../../shared/execution.ts';
import { transaction } from '../database.ts';
import { headerText } from './rejected-rows.ts';
import type { Work } from './work.ts';
import { holdsWork } from './work-claim.ts';

/**
 * `ready` and `reading` items are an execution's own to read; `done`, `failed` and `waiting` are ends of one reading, the
 * last where the item turned out to be still written.
 */
export type ItemState = 'ready' | 'reading' | 'done' | 'failed' | 'waiting';

/** Of an item that is read from its beginning. */
export const zeroes = 'sha256 = NULL, records_done = 0, imported = 0, updated = 0, duplicate = 0, rejected = 0';

/** An item that an execution has to read. */
export interface ReadyItem {
  id: number;
  key: string;
  version: string;
  sha256: Buffer | null;
  recordsDone: number;
  rejected: number;
}

/** One that a source listed. */
export interface ListedReadyItem extends ReadyItem {
  /** Bytes. */
  size: number | undefined;
  modifiedAt: Date | undefined;
}

/** Items are read in order of key, byte by byte; of one key in order of coming. */
export type ItemPosition = Pick<ReadyItem, 'id' | 'key'>;

/** The next items to read. */
export async function nextReadyItems(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  { after, limit }: { after: ItemPosition | undefined; limit: number },
): Promise<ListedReadyItem[]> {
  const beyond = after ? 'AND item_key >= ? AND (item_key > ? OR id > ?)' : '';
  const position = after ? [Buffer.from(after.key), Buffer.from(after.key), after.id] : [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${readColumns} FROM source_item
      WHERE account_id = ? AND execution_id = ? AND state = 'ready' ${beyond} ORDER BY item_key, id LIMIT ?`,
    [accountId, executionId, ...position, limit],
  );
  return rows.map(readyItem);
}

/** An item that an execution has begun to read, as far as it came. Undefined: it is another execution's, or has ended. */
export async function readableItem(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  itemId: number,
): Promise<ListedReadyItem | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${readColumns} FROM source_item
      WHERE id = ? AND account_id = ? AND execution_id = ? AND state IN ('ready', 'reading')`,
    [itemId, accountId, executionId],
  );
  return rows[0] && readyItem(rows[0]);
}

const readColumns = 'id, item_key, version, byte_size, modified_at, sha256, records_done, rejected';

function readyItem(row: RowDataPacket): ListedReadyItem {
  return {
    id: row.id,
    key: row.item_key.toString(),
    version: row.version.toString(),
    size: row.byte_size ?? undefined,
    modifiedAt: row.modified_at ?? undefined,
    sha256: row.sha256,
    recordsDone: row.records_done,
    rejected: row.rejected,
  };
}

/** Who reads an item: the execution, and the claim under which it runs. */
export interface Reader {
  executionId: Buffer;
  work: Pick<Work, 'id' | 'accountId' | 'claim'>;
}

/**
 * Begins to read an item under this claim. False: the claim is not the newest, somebody else runs this execution.
 * `fromStart` forgets what was counted.
 */
export async function beginItem(
  connection: PoolConnection,
  { executionId, work }: Reader,
  itemId: number,
  { sha256, fromStart }: { sha256: Buffer; fromStart: boolean },
): Promise<boolean> {
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE source_item SET claim = ?, state = 'reading'${fromStart ? `, ${zeroes}` : ''}, sha256 = ?
      WHERE id = ? AND account_id = ? AND execution_id = ? AND claim <= ?
        AND EXISTS (SELECT 1 FROM work WHERE id = ? AND claim = ?)`,
    [work.claim, sha256, itemId, work.accountId, executionId, work.claim, work.id, work.claim],
  );
  return result.affectedRows === 1;
}

/** A chunk's place in its item, and what became of its rows. */
export interface Checkpoint extends Omit<RowCounts, 'listed'> {
  from: number;
  to: number;
}

/**
 * Checkpoint, counts and fence: false where the rows before `from` are not what is stored, where another worker has the
 * item, or where the execution has ended meanwhile; the chunk is then to be rolled back. The execution's own counts go
 * along, to be shown. The claim is locked before the execution, so that neither ends before the chunk is committed.
 */
export async function saveCheckpoint(
  connection: PoolConnection,
  { executionId, work }: Reader,
  itemId: number,
  { from, to, imported, updated, duplicate, rejected }: Checkpoint,
): Promise<boolean> {
  if (!(await holdsWork(connection, work))) return false;
  const counts = [imported, updated, duplicate, rejected];
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE source_item i LEFT JOIN execution e ON e.id = i.execution_id
        SET i.records_done = ?, i.imported = i.imported + ?, i.updated = i.updated + ?,
            i.duplicate = i.duplicate + ?, i.rejected = i.rejected + ?, e.rows_listed = e.rows_listed + ?,
            e.rows_imported = e.rows_imported + ?, e.rows_updated = e.rows_updated + ?,
            e.rows_duplicate = e.rows_duplicate + ?, e.rows_rejected = e.rows_rejected + ?
      WHERE i.id = ? AND i.account_id = ? AND i.execution_id = ? AND i.claim = ? AND i.records_done = ?`,
    [to, ...counts, to - from, ...counts, itemId, work.accountId, executionId, work.claim, from],
  );
  return result.affectedRows > 0;
}

/**
 * What the execution shows while it runs: its items, and its rows as the ledger has them. Nothing where the claim was
 * lost. The claim is locked before the execution, as by everything else that a run writes.
 */
export function saveProgress(pool: Pool, { executionId, work }: Reader, items: ItemCounts): Promise<void> {
  return transaction(pool, async (connection) => {
    if (!(await holdsWork(connection, work))) return;
    await connection.query(
      `UPDATE execution e
         JOIN (SELECT COALESCE(SUM(imported), 0) AS imported, COALESCE(SUM(updated), 0) AS updated,
                  COALESCE(SUM(duplicate), 0) AS duplicate, COALESCE(SUM(rejected), 0) AS rejected
                 FROM source_item WHERE account_id = ? AND execution_id = ?) s
          SET e.items_listed = ?, e.items_done = ?, e.items_unchanged = ?, e.items_waiting = ?, e.items_failed = ?,
              e.rows_listed = s.imported + s.updated + s.duplicate + s.rejected, e.rows_imported = s.imported,
              e.rows_updated = s.updated, e.rows_duplicate = s.duplicate, e.rows_rejected = s.rejected
        WHERE e.id = ? AND e.account_id = ?`,
      [
        ...[work.accountId, executionId],
        ...[items.listed, items.done, items.unchanged, items.waiting, items.failed],
        ...[executionId, work.accountId],
      ],
    );
  });
}

/**
 * How the reading of an item ended. `toFinish`: it is to be moved or deleted at its source, now that its rows are stored;
 * `rejected`: how many of them were not.
 * `waiting`: it is still being written.
 */
export type ItemEnd =
  | { state: 'done'; toFinish: boolean; rejected: number }
  | { state: 'failed'; failure: Failure }
  | { state: 'waiting'; failure: Failure };

/** Ends the reading of an item; but for `done`, it is tried again by the next execution. False: the claim was lost. */
export async function endItem(
  pool: Pool,
  { executionId, work }: Reader,
  itemId: number,
  end: ItemEnd,
): Promise<boolean> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE source_item SET state = ?, error = ?, after_state = ?, claim = ?
      WHERE id = ? AND account_id = ? AND execution_id = ? AND claim <= ?
        AND EXISTS (SELECT 1 FROM work WHERE id = ? AND claim = ?)`,
    [
      end.state,
      end.state === 'done' ? null : JSON.stringify(end.failure),
      end.state === 'done' && end.toFinish ? 'pending' : null,
      work.claim,
      itemId,
      work.accountId,
      executionId,
      work.claim,
      work.id,
      work.claim,
    ],
  );
  return result.affectedRows === 1;
}

/** Keeps an item's heading row and what separates its columns, by which its rejected rows are read again. */
export async function saveHeader(
  connection: PoolConnection,
  accountId: number,
  itemId: number,
  header: readonly string[],
  delimiter: string | undefined,
): Promise<void> {
  await connection.query('UPDATE source_item SET header = ?, delimiter = ? WHERE id = ? AND account_id = ?', [
    headerText(header),
    delimiter ?? null,
    itemId,
    accountId,
  ]);
}
