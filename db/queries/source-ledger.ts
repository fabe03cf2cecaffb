import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { endStatuses } from '../../shared/execution.ts';
import type { Connection } from '../database.ts';
import { type ItemState, zeroes } from './source-items.ts';
import type { Work } from './work.ts';

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
  /** Bytes. */
  size: number | undefined;
  modifiedAt: Date | undefined;
}

/** What the ledger keeps of a key; a longer one is known by its hash alone, and cannot be read. */
export const keyBytes = 1024;

export interface LedgerRow {
  id: number;
  keyHash: Buffer;
  version: string;
  state: ItemState;
  executionId: Buffer;
  /** When we moved or deleted it at its source. */
  finishedAt: Date | undefined;
}

/** What the ledger says of all versions of these keys; with `lock`, they stay as they are until the transaction ends. */
export async function findItems(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
  keyHashes: Buffer[],
  { lock = false } = {},
): Promise<LedgerRow[]> {
  if (keyHashes.length === 0) return [];
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT id, key_hash, version, state, execution_id, IF(after_state = 'done', finished_at, NULL) AS finished_at
       FROM source_item
      WHERE account_id = ? AND connector_id = ? AND location_hash = ? AND key_hash IN (?)${lock ? ' FOR UPDATE' : ''}`,
    [accountId, connectorId, locationHash, keyHashes],
  );
  return rows.map((row) => ({
    id: row.id,
    keyHash: row.key_hash,
    version: row.version.toString(),
    state: row.state,
    executionId: row.execution_id,
    finishedAt: row.finished_at ?? undefined,
  }));
}

/** The time by the clock that the ledger's times are from. */
export async function ledgerNow(pool: Pool): Promise<Date> {
  const [rows] = await pool.query<RowDataPacket[]>('SELECT NOW(3) AS now');
  const row = rows[0];
  if (!row) throw new Error('a time without a row');
  return row.now;
}

/**
 * Gives the version of items that are gone from their source free for what came at the same place since, although it is of
 * the same size and time. They stay their execution's, with their counts.
 */
export async function retireItems(connection: PoolConnection, accountId: number, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  await connection.query(
    `UPDATE source_item SET version = CONCAT(LEFT(version, 119), '@', LPAD(HEX(id % 4294967296), 8, '0'))
      WHERE account_id = ? AND id IN (?)`,
    [accountId, ids],
  );
}

/** Which of these executions are still under way. */
export async function openExecutions(connection: Connection, ids: Buffer[]): Promise<Buffer[]> {
  if (ids.length === 0) return [];
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id FROM execution WHERE id IN (?) AND status NOT IN (?)',
    [ids, endStatuses],
  );
  return rows.map((row) => row.id);
}

/** Enters items as this execution's to read, and says how many; those that are there already stay as they are. */
export async function enterItems(
  connection: PoolConnection,
  { accountId, connectorId, locationHash }: ItemPlace,
  executionId: Buffer,
  items: ListedItem[],
): Promise<number> {
  if (items.length === 0) return 0;
  const [result] = await connection.query<ResultSetHeader>(
    `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state,
       byte_size, modified_at) VALUES ? ON DUPLICATE KEY UPDATE id = source_item.id`,
    [
      items.map(({ key, keyHash, version, size, modifiedAt }) => [
        accountId,
        connectorId,
        executionId,
        locationHash,
        Buffer.from(key).subarray(0, keyBytes),
        keyHash,
        version,
        'ready',
        size ?? null,
        modifiedAt ?? null,
      ]),
    ],
  );
  return result.affectedRows;
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

/** Where the ledger stands for sources whose items are slices of time; keys compare byte by byte. */
export interface Standing {
  newestDone: string | undefined;
  /** The smallest key that is not read, although it was listed: it failed, or its run was ended. */
  oldestFailed: string | undefined;
}

/** What a backfill read does not count: it says nothing of the days around it. */
const ordinary = "version NOT LIKE '%@________'";

export async function ledgerStanding(
  pool: Pool,
  { accountId, connectorId, locationHash }: ItemPlace,
): Promise<Standing> {
  const place = [connectorId, locationHash, accountId];
  const [done] = await pool.query<RowDataPacket[]>(
    `SELECT item_key FROM source_item WHERE connector_id = ? AND location_hash = ? AND account_id = ? AND state = 'done'
        AND ${ordinary} ORDER BY item_key DESC LIMIT 1`,
    place,
  );
  const [failed] = await pool.query<RowDataPacket[]>(
    `SELECT i.item_key FROM source_item i
      WHERE i.connector_id = ? AND i.location_hash = ? AND i.account_id = ?
        AND i.state IN ('failed', 'waiting', 'ready', 'reading') AND i.${ordinary}
        AND NOT EXISTS (SELECT 1 FROM source_item d WHERE d.connector_id = i.connector_id
          AND d.location_hash = i.location_hash AND d.key_hash = i.key_hash AND d.state = 'done' AND d.id > i.id)
      ORDER BY i.item_key LIMIT 1`,
    place,
  );
  return { newestDone: done[0]?.item_key.toString(), oldestFailed: failed[0]?.item_key.toString() };
}

/** An item whose rows are stored, and that is still to be moved or deleted at its source. */
export interface ReadItem {
  id: number;
  executionId: Buffer;
  key: string;
  version: string;
  size: number | undefined;
  modifiedAt: Date | undefined;
  /** Its rows, and those of them that were rejected. */
  records: number;
  rejected: number;
}

/** `pending`: to be moved or deleted; `kept`: it had changed by then, or rows of it were rejected; `failed`: tried again. */
export type AfterState = 'pending' | 'done' | 'kept' | 'failed';

/** Items that are to be moved or deleted, also those where an earlier run could not. In order of their reading. */
export async function itemsToFinish(
  pool: Pool,
  { accountId, connectorId, locationHash }: ItemPlace,
  { after, limit }: { after: number; limit: number },
): Promise<ReadItem[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT id, execution_id, item_key, version, byte_size, modified_at, records_done, rejected FROM source_item
      WHERE account_id = ? AND connector_id = ? AND location_hash = ? AND after_state IN ('pending', 'failed') AND id > ?
      ORDER BY id LIMIT ?`,
    [accountId, connectorId, locationHash, after, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    executionId: row.execution_id,
    key: row.item_key.toString(),
    version: row.version.toString(),
    size: row.byte_size ?? undefined,
    modifiedAt: row.modified_at ?? undefined,
    records: row.records_done,
    rejected: row.rejected,
  }));
}

/** Nothing where the claim was lost: whoever has it now looks at the item by itself. */
export async function writeAfterState(
  pool: Pool,
  work: Pick<Work, 'id' | 'accountId' | 'claim'>,
  itemId: number,
  state: AfterState,
): Promise<void> {
  await pool.query(
    `UPDATE source_item SET after_state = ?, finished_at = NOW(3)
      WHERE account_id = ? AND id = ? AND EXISTS (SELECT 1 FROM work WHERE id = ? AND claim = ?)`,
    [state, work.accountId, itemId, work.id, work.claim],
  );
}

/** What an execution read stays at its source for good. Nothing where the claim was lost. */
export async function leaveItems(pool: Pool, { accountId, subject, id, claim }: Work): Promise<void> {
  await pool.query(
    `UPDATE source_item SET after_state = NULL
      WHERE account_id = ? AND execution_id = ? AND after_state = 'pending'
        AND EXISTS (SELECT 1 FROM work WHERE id = ? AND claim = ?)`,
    [accountId, subject, id, claim],
  );
}
