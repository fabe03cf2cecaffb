import type { Pool, PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { Connection } from '../database.ts';
import { followExecution } from './execution-connectors.ts';
import { openStatuses } from './executions.ts';
import type { Checkpoint } from './source-items.ts';
import type { ItemPlace } from './source-ledger.ts';
import { isLive } from './stream-readers.ts';

/** The clock that days are counted by: the same for every process. */
export async function databaseNow(connection: Connection): Promise<Date> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT NOW(3) AS now');
  const row = rows[0];
  if (!row) throw new Error('a time without a row');
  return row.now;
}

/** The execution of a job's day, locked until the transaction ends. */
export async function lockDay(
  connection: PoolConnection,
  accountId: number,
  jobId: number,
  dueAt: Date,
): Promise<{ id: Buffer; status: ExecutionStatus } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT id, status FROM execution WHERE account_id = ? AND job_id = ? AND due_at = ? FOR UPDATE',
    [accountId, jobId, dueAt],
  );
  return rows[0] && { id: rows[0].id, status: rows[0].status };
}

/** A day that was closed goes on: its connector was switched on again. What it counted stays. */
export async function reopenDay(connection: PoolConnection, accountId: number, id: Buffer): Promise<void> {
  await connection.query(
    "UPDATE execution SET status = 'processing', ended_at = NULL, error = NULL, note = NULL, items_waiting = items_waiting + items_done, items_done = 0 WHERE account_id = ? AND id = ?",
    [accountId, id],
  );
  await followExecution(connection, accountId, id);
  await connection.query("UPDATE source_item SET state = 'reading' WHERE account_id = ? AND execution_id = ?", [
    accountId,
    id,
  ]);
}

/** A day of a stream that has not been closed. */
export interface OpenDay {
  id: Buffer;
  accountId: number;
  dueAt: Date;
  /** The account's zone. */
  timezone: string;
  /** What of them is disabled or gone; undefined: nothing. */
  off: 'connector' | 'job' | undefined;
  /** The connector's: more rejected events than that are a failure. */
  maxRejectedPercent: number | undefined;
}

/** The days of all accounts that have not been closed. They are few: about one a stream. */
export async function listOpenDays(pool: Pool): Promise<OpenDay[]> {
  // From the accounts on, for the history has no index on the status alone.
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT STRAIGHT_JOIN e.id, e.account_id, e.due_at, a.timezone,
        COALESCE(j.is_enabled AND j.deleted_at IS NULL, 0) AS job_on,
        COALESCE(c.is_enabled AND c.deleted_at IS NULL, 0) AS connector_on,
        JSON_VALUE(c.config, '$.max_rejected_percent') AS max_rejected_percent
       FROM account a
       JOIN execution e ON e.account_id = a.id AND e.status IN (?)
       LEFT JOIN job j ON j.id = e.job_id
       LEFT JOIN job_connector jc ON jc.job_id = e.job_id
       LEFT JOIN connector c ON c.id = jc.connector_id
      WHERE e.trigger_kind = 'stream'`,
    [openStatuses],
  );
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    dueAt: row.due_at,
    timezone: row.timezone,
    off: row.connector_on !== 1 ? 'connector' : row.job_on !== 1 ? 'job' : undefined,
    maxRejectedPercent: row.max_rejected_percent === null ? undefined : Number(row.max_rejected_percent),
  }));
}

/** Locks a day until the transaction ends, so that nobody closes it meanwhile. Undefined: it was closed. */
export async function lockOpenDay(
  connection: PoolConnection,
  accountId: number,
  id: Buffer,
): Promise<{ error: Failure | undefined } | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT error FROM execution WHERE account_id = ? AND id = ? AND status IN (?) FOR UPDATE',
    [accountId, id, openStatuses],
  );
  const row = rows[0];
  return row && { error: row.error === null ? undefined : JSON.parse(row.error) };
}

/** The partitions' days are read to their end. */
export async function endDayItems(connection: PoolConnection, accountId: number, executionId: Buffer): Promise<void> {
  await connection.query(
    "UPDATE source_item SET state = 'done' WHERE account_id = ? AND execution_id = ? AND state = 'reading'",
    [accountId, executionId],
  );
}

/** A partition's part of a day: `topic/partition` in the ledger. */
export interface DayItem {
  key: string;
  keyHash: Buffer;
  /** The day, `2026-11-05`. */
  version: string;
}

/** Enters a partition's part of the day into the ledger, unless it is there. Gives its id, and whose it is. */
export async function enterDayItem(
  connection: Connection,
  { accountId, connectorId, locationHash }: ItemPlace,
  executionId: Buffer,
  { key, keyHash, version }: DayItem,
): Promise<{ id: number; executionId: Buffer }> {
  const [result] = await connection.query<ResultSetHeader>(
    `INSERT INTO source_item (account_id, connector_id, execution_id, location_hash, item_key, key_hash, version, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'reading') ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(source_item.id)`,
    [accountId, connectorId, executionId, locationHash, key, keyHash, version],
  );
  // An item of the day's execution is seen as soon as it is read; until the day is over there is more of it to come.
  if (result.affectedRows === 1)
    await connection.query(
      'UPDATE execution SET items_listed = items_listed + 1, items_waiting = items_waiting + 1 WHERE account_id = ? AND id = ?',
      [accountId, executionId],
    );
  const [rows] = await connection.query<RowDataPacket[]>('SELECT execution_id FROM source_item WHERE id = ?', [
    result.insertId,
  ]);
  return { id: result.insertId, executionId: rows[0]?.execution_id };
}

/** Where a batch of events is counted. */
export interface PartitionDay {
  place: ItemPlace;
  partition: number;
  executionId: Buffer;
  itemId: number;
}

/** What else is said of a batch. */
export interface BatchFacts {
  lastEventAt: Date | undefined;
  /** Events that are nothing to store: tombstones, and those that the connector leaves out. */
  skipped: number;
}

/**
 * The partition's position, the counts and the fence in one statement. False: it is not where the batch begins, or
 * the day was closed meanwhile; the batch is then to be rolled back.
 */
export async function saveStreamCheckpoint(
  connection: PoolConnection,
  { place, partition, executionId, itemId }: PartitionDay,
  { from, to, imported, updated, duplicate, rejected }: Checkpoint,
  { lastEventAt, skipped }: BatchFacts,
): Promise<boolean> {
  const counts = [imported, updated, duplicate, rejected];
  const records = imported + updated + duplicate + rejected;
  const { accountId, connectorId, locationHash } = place;
  const [result] = await connection.query<ResultSetHeader>(
    `UPDATE execution e JOIN source_item i ON i.id = ? AND i.execution_id = e.id
       JOIN stream_position p ON p.connector_id = ? AND p.location_hash = ? AND p.partition_id = ?
        SET p.next_offset = ?, p.stored_at = IF(?, NOW(3), p.stored_at), p.last_event_at = COALESCE(?, p.last_event_at),
            i.records_done = i.records_done + ?, i.skipped = i.skipped + ?, i.imported = i.imported + ?,
            i.updated = i.updated + ?, i.duplicate = i.duplicate + ?, i.rejected = i.rejected + ?,
            e.rows_listed = e.rows_listed + ?, e.rows_imported = e.rows_imported + ?,
            e.rows_updated = e.rows_updated + ?, e.rows_duplicate = e.rows_duplicate + ?,
            e.rows_rejected = e.rows_rejected + ?
      WHERE e.id = ? AND e.account_id = ? AND e.status IN (?) AND p.account_id = ? AND p.next_offset = ?`,
    [
      ...[itemId, connectorId, locationHash, partition, to, records > rejected, lastEventAt ?? null],
      ...[records, skipped, ...counts],
      ...[records, ...counts, executionId, accountId, openStatuses, accountId, from],
    ],
  );
  return result.affectedRows > 0;
}

/** Counts offsets whose events were gone before they could be read, in the transaction that passes them over. */
export async function countMissed(
  connection: PoolConnection,
  accountId: number,
  itemId: number,
  missed: number,
): Promise<void> {
  await connection.query('UPDATE source_item SET missed = missed + ? WHERE account_id = ? AND id = ?', [
    missed,
    accountId,
    itemId,
  ]);
}

/** What a day's counts leave out. */
export interface DayRemarks {
  skipped: number;
  /** Offsets that retention took: at most so many events. */
  missed: number;
  rejected: number;
}

export async function dayRemarks(connection: Connection, accountId: number, executionId: Buffer): Promise<DayRemarks> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT COALESCE(SUM(skipped), 0) AS skipped, COALESCE(SUM(missed), 0) AS missed,
        COALESCE(SUM(rejected), 0) AS rejected
       FROM source_item WHERE account_id = ? AND execution_id = ?`,
    [accountId, executionId],
  );
  const row = rows[0];
  return { skipped: Number(row?.skipped), missed: Number(row?.missed), rejected: Number(row?.rejected) };
}

/** What is shown beside the counts of a day that lasts. */
export async function noteDay(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
  note: string | undefined,
): Promise<void> {
  await connection.query('UPDATE execution SET note = ? WHERE account_id = ? AND id = ? AND status IN (?)', [
    note ?? null,
    accountId,
    executionId,
    openStatuses,
  ]);
}

/**
 * Says of a day that lasts why nothing comes, or that something does again. A failure is not written while another
 * process follows the stream.
 */
export async function writeDayFailure(
  pool: Pool,
  { accountId, executionId, connectorId }: { accountId: number; executionId: Buffer; connectorId: number },
  processId: Buffer,
  failure: Failure | undefined,
): Promise<void> {
  const unlessFollowed = failure
    ? `AND NOT EXISTS (SELECT 1 FROM stream_reader WHERE connector_id = ? AND process_id <> ? AND state = 'following'
         AND ${isLive})`
    : '';
  await pool.query(
    `UPDATE execution SET error = ? WHERE account_id = ? AND id = ? AND status IN (?) ${unlessFollowed}`,
    [
      ...[failure ? JSON.stringify(failure) : null, accountId, executionId, openStatuses],
      ...(failure ? [connectorId, processId] : []),
    ],
  );
}
