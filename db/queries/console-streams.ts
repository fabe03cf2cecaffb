import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import { mostResultsCounted, type StreamState } from '../../shared/stream.ts';
import { uuidText } from '../uuid.ts';
import { type StreamStatus, streamStatuses } from './stream-readers.ts';

/** A connector that reads a stream, with how that stands over every process. */
export interface ConnectorStream {
  accountUid: string;
  connectorId: number;
  connectorUid: string;
  connectorName: string;
  state: StreamState;
  /** Threads that read it and have given a sign of life lately. */
  readers: number;
  partitions: number;
  /** Events that are in the topic and not stored yet; undefined while nobody reads a partition: then nobody knows. */
  lag: number | undefined;
  eventsPerSecond: number;
  /** Of the newest event that was stored, also while nobody reads. */
  lastEventAt: Date | undefined;
  restarts: number;
  error: string | undefined;
}

/** By name. `types`: connector types that have a stream. Without an account, those of all accounts. */
export async function selectConnectorStreams(
  pool: Pool,
  { accountId, types }: { accountId?: number; types: readonly string[] },
): Promise<ConnectorStream[]> {
  if (types.length === 0) return [];
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT a.uid AS account_uid, c.id, c.uid, c.name, c.is_enabled,
       (SELECT MAX(j.is_enabled) FROM job_connector jc JOIN job j ON j.id = jc.job_id
         WHERE jc.connector_id = c.id AND j.is_system AND j.deleted_at IS NULL) AS is_job_enabled,
       (SELECT MAX(p.last_event_at) FROM stream_position p WHERE p.connector_id = c.id) AS last_event_at
     FROM connector c JOIN account a ON a.id = c.account_id
     WHERE c.type IN (?) AND c.direction = 'import' AND c.deleted_at IS NULL
       ${accountId === undefined ? '' : 'AND c.account_id = ?'} ORDER BY c.account_id, c.name`,
    [types, ...(accountId === undefined ? [] : [accountId])],
  );
  const statuses = new Map((await streamStatuses(pool, accountId)).map((one) => [one.connectorId, one]));
  return rows.map((row) => connectorStream(row, statuses.get(row.id)));
}

function connectorStream(row: RowDataPacket, status: StreamStatus | undefined): ConnectorStream {
  return {
    accountUid: uuidText(row.account_uid),
    connectorId: row.id,
    connectorUid: uuidText(row.uid),
    connectorName: row.name,
    state: stateOf(row, status),
    readers: status?.readers ?? 0,
    partitions: status?.partitions ?? 0,
    lag: status && status.partitions > 0 ? status.lag : undefined,
    eventsPerSecond: status?.eventsPerSecond ?? 0,
    lastEventAt: status?.lastEventAt ?? row.last_event_at ?? undefined,
    restarts: status?.restarts ?? 0,
    error: status?.error ?? undefined,
  };
}

/** What somebody disabled is read for some seconds yet; it counts as disabled at once. */
function stateOf(row: RowDataPacket, status: StreamStatus | undefined): StreamState {
  if (row.is_enabled !== 1) return 'connector_disabled';
  if (row.is_job_enabled === 0) return 'job_disabled';
  return status?.state ?? 'not_running';
}

/** Results of a connector that are to be written to its results topic. */
export interface WaitingResults {
  count: number;
  /** Why one of them could not be written; it is tried again. */
  error: string | undefined;
}

/** connector id → its results that wait. Those without any are not in it. */
export async function selectWaitingResults(pool: Pool, accountId: number): Promise<Map<number, WaitingResults>> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT group_key, COUNT(*) AS n, MAX(last_error) AS last_error
       FROM (SELECT group_key, last_error FROM work WHERE account_id = ? AND kind = 'feedback' LIMIT ?) waiting
      GROUP BY group_key`,
    [accountId, mostResultsCounted],
  );
  return new Map(rows.map((row) => [row.group_key, { count: row.n, error: messageOf(row.last_error) }]));
}

function messageOf(failure: string | null): string | undefined {
  return failure === null ? undefined : (JSON.parse(failure) as Failure).message;
}

/** One partition on one day: a part of the day's execution. */
export interface PartitionShown {
  /** `topic/partition`. */
  name: string;
  state: string;
  imported: number;
  updated: number;
  duplicate: number;
  rejected: number;
  /** Events without content; they are no rows. */
  skipped: number;
  /** Offsets that the topic had dropped before they could be read: at most so many events. */
  missed: number;
  error: string | null;
}

/** The partitions that an execution read, in the topic's order. */
export async function listPartitions(pool: Pool, accountId: number, executionId: Buffer): Promise<PartitionShown[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT item_key, state, imported, updated, duplicate, rejected, skipped, missed, error FROM source_item
      WHERE execution_id = ? AND account_id = ? ORDER BY id LIMIT 10000`,
    [executionId, accountId],
  );
  return rows
    .map(({ item_key, error, ...row }) => ({
      name: item_key.toString(),
      state: row.state,
      imported: row.imported,
      updated: row.updated,
      duplicate: row.duplicate,
      rejected: row.rejected,
      skipped: row.skipped,
      missed: row.missed,
      error: messageOf(error) ?? null,
    }))
    .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }));
}
