import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { endStatuses, type ItemCounts, type RowCounts } from '../../shared/execution.ts';
import type { Work } from './work.ts';

/**
 * `ready` and `reading` items are an execution's own to read; `done`, `failed` and `waiting` are ends of one reading, the
 * last where the item turned out to be still written.
 */
export type ItemState = 'ready' | 'reading' | 'done' | 'failed' | 'waiting';

/** A connector's items at one place: the same path elsewhere is another item. */
export interface ItemPlace {
  accountId: number;
  connectorId: number;
  locationHash: Buffer;
}

/** One version of one item, as the listing gave it. */
export interface ListedItem {
  key: string;
  keyHash: Buffer;
  version: string;
}

/** What the ledger keeps of a key; a longer one is known by its hash alone, and cannot be read. */
export const keyBytes = 1024;

export interface LedgerRow {
  id: number;
  keyHash: Buffer;
  version: string;
  state: ItemState;
  executionId: Buffer;
  /** Whether the execution that has it is still under way. */
  isHeld: boolean;
}

/**
 * Enters items that the ledger has not seen, and tells what it says of all versions of them. The listed versions are
 * locked until the transaction ends.
 */
export async function enterItems(
  connection: PoolConnection,
  { accountId, connectorId, locationHash }: ItemPlace,
  executionId: Buffer,
  items: ListedItem[],
): Promise<LedgerRow[]> {
  if (items.length === 0) return [];
  await connection.query(
    `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state)
     VALUES ? ON DUPLICATE KEY UPDATE id = source_item.id`,
    [
      items.map(({ key, keyHash, version }) => [
        accountId,
        connectorId,
        executionId,
        locationHash,
        Buffer.from(key).subarray(0, keyBytes),
        keyHash,
        version,
        'ready',
      ]),
    ],
  );
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT i.id, i.key_hash, i.version, i.state, i.execution_id, e.status IN (?) AS has_ended
       FROM source_item i LEFT JOIN execution e ON e.id = i.execution_id
      WHERE i.account_id = ? AND i.connector_id = ? AND i.location_hash = ? AND i.key_hash IN (?)`,
    [endStatuses, accountId, connectorId, locationHash, items.map(({ keyHash }) => keyHash)],
  );
  return rows.map((row) => ({
    id: row.id,
    keyHash: row.key_hash,
    version: row.version.toString(),
    state: row.state,
    executionId: row.execution_id,
    isHeld: row.has_ended === 0,
  }));
}

/** Gives items to an execution: those of an earlier one are read from the beginning, its own go on where they were. */
export async function takeItems(
  connection: PoolConnection,
  accountId: number,
  executionId: Buffer,
  { own, others }: { own: number[]; others: number[] },
): Promise<void> {
  if (own.length > 0)
    await connection.query("UPDATE source_item SET state = 'ready', error = NULL WHERE account_id = ? AND id IN (?)", [
      accountId,
      own,
    ]);
  if (others.length > 0)
    await connection.query(
      `UPDATE source_item SET state = 'ready', error = NULL, execution_id = ?, claim = 0, ${zeroes}
        WHERE account_id = ? AND id IN (?)`,
      [executionId, accountId, others],
    );
}

const zeroes = 'sha256 = NULL, records_done = 0, imported = 0, updated = 0, duplicate = 0, rejected = 0';

/** An item that an execution has to read. */
export interface ReadyItem {
  id: number;
  key: string;
  version: string;
  sha256: Buffer | null;
  recordsDone: number;
  rejected: number;
}

/** The next items to read, in the order in which they were listed. */
export async function nextReadyItems(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
  { after, limit }: { after: number; limit: number },
): Promise<ReadyItem[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id, item_key, version, sha256, records_done, rejected FROM source_item
      WHERE account_id = ? AND execution_id = ? AND state = 'ready' AND id > ? ORDER BY id LIMIT ?`,
    [accountId, executionId, after, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    key: row.item_key.toString(),
    version: row.version.toString(),
    sha256: row.sha256,
    recordsDone: row.records_done,
    rejected: row.rejected,
  }));
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
 * Checkpoint, counts and fence in one statement: false where the rows before `from` are not what is stored, or where
 * another worker has the item; the chunk is then to be rolled back. The execution's own counts go along, to be shown.
 */
export async function saveCheckpoint(
  connection: PoolConnection,
  { executionId, work }: Reader,
  itemId: number,
  { from, to, imported, updated, duplicate, rejected }: Checkpoint,
): Promise<boolean> {
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

/** What the execution shows while it runs: its items, and its rows as the ledger has them. */
export async function saveProgress(pool: Pool, { executionId, work }: Reader, items: ItemCounts): Promise<void> {
  await pool.query(
    `UPDATE execution e
       JOIN (SELECT COALESCE(SUM(imported), 0) AS imported, COALESCE(SUM(updated), 0) AS updated,
                COALESCE(SUM(duplicate), 0) AS duplicate, COALESCE(SUM(rejected), 0) AS rejected
               FROM source_item WHERE account_id = ? AND execution_id = ?) s
        SET e.items_listed = ?, e.items_done = ?, e.items_unchanged = ?, e.items_waiting = ?, e.items_failed = ?,
            e.rows_listed = s.imported + s.updated + s.duplicate + s.rejected, e.rows_imported = s.imported,
            e.rows_updated = s.updated, e.rows_duplicate = s.duplicate, e.rows_rejected = s.rejected
      WHERE e.id = ? AND e.account_id = ?`,
    [
      work.accountId,
      executionId,
      items.listed,
      items.done,
      items.unchanged,
      items.waiting,
      items.failed,
      executionId,
      work.accountId,
    ],
  );
}

/** Ends the reading of an item; with a failure it is tried again by the next execution. False: the claim was lost. */
export async function endItem(
  pool: Pool,
  { executionId, work }: Reader,
  itemId: number,
  failure: Failure | undefined,
): Promise<boolean> {
  const [result] = await pool.query<ResultSetHeader>(
    `UPDATE source_item SET state = ?, error = ?, claim = ? WHERE id = ? AND account_id = ? AND execution_id = ?
        AND claim <= ? AND EXISTS (SELECT 1 FROM work WHERE id = ? AND claim = ?)`,
    [
      failure ? 'failed' : 'done',
      failure ? JSON.stringify(failure) : null,
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

/** What the ledger says of an execution's items: the truth that its counts are taken from. */
export interface LedgerSums {
  items: Record<ItemState, number>;
  /** Rows that were read; the sum of `rows` without `listed`, or else something is wrong. */
  records: number;
  rows: RowCounts;
  firstFailure: Failure | undefined;
}

export async function sumItems(pool: Pool, accountId: number, executionId: Buffer): Promise<LedgerSums> {
  const [rows] = await pool.query<RowDataPacket[]>(
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
    if (row.failed_id !== null) sums.firstFailure = await failureOf(pool, accountId, row.failed_id);
  }
  return sums;
}

async function failureOf(pool: Pool, accountId: number, itemId: number): Promise<Failure | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT error FROM source_item WHERE account_id = ? AND id = ?', [
    accountId,
    itemId,
  ]);
  return rows[0]?.error ? JSON.parse(rows[0].error) : undefined;
}
