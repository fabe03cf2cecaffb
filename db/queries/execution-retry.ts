import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { Connection } from '../database.ts';
import { openStatuses } from './executions.ts';
import { itsInteraction } from './recording-requeue.ts';
import { recipientId } from './reports.ts';

/** More retries of retries than anybody makes. */
const chainMost = 50;

/** The execution itself, the one that it retried, the one that that one retried, and so on. */
export async function retryChain(connection: Connection, accountId: number, executionId: Buffer): Promise<Buffer[]> {
  const chain: Buffer[] = [];
  for (let id: Buffer | null = executionId; id && chain.length < chainMost; ) {
    chain.push(id);
    const [rows]: [RowDataPacket[], unknown] = await connection.query<RowDataPacket[]>(
      'SELECT retry_of FROM execution WHERE account_id = ? AND id = ?',
      [accountId, id],
    );
    id = rows[0]?.retry_of ?? null;
  }
  return chain;
}

/** One of an execution, its retries, theirs, and so on. */
export interface Related {
  id: Buffer;
  retryOf: Buffer | null;
  isOpen: boolean;
  hasListed: boolean;
}

/** It began the step behind the listing: whatever it was to read is known item by item. */
const listedAlready = "SELECT 1 FROM execution_step s WHERE s.name = 'store' AND s.execution_id";

/**
 * The execution that all of a chain goes back to, and every retry of it, in the order in which they were made; locked by
 * `lockForRetry`, nobody adds to them.
 */
export async function retryTree(
  connection: Connection,
  accountId: number,
  chain: readonly Buffer[],
): Promise<Related[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `WITH RECURSIVE tree AS (
       SELECT id, retry_of, status FROM execution WHERE id = ? AND account_id = ?
       UNION
       SELECT e.id, e.retry_of, e.status FROM tree JOIN execution e ON e.retry_of = tree.id WHERE e.account_id = ?)
     SELECT id, retry_of, status IN (?) AS is_open, EXISTS (${listedAlready} = tree.id) AS has_listed
       FROM tree ORDER BY id`,
    [chain.at(-1), accountId, accountId, openStatuses],
  );
  return rows.map((row) => ({
    ...{ id: row.id, retryOf: row.retry_of },
    ...{ isOpen: row.is_open === 1, hasListed: row.has_listed === 1 },
  }));
}

/** Until the transaction ends, of all who retry an execution of the same tree one alone goes on. */
export async function lockForRetry(
  connection: PoolConnection,
  accountId: number,
  chain: readonly Buffer[],
): Promise<void> {
  await connection.query('SELECT 1 FROM execution WHERE account_id = ? AND id = ? FOR UPDATE', [
    accountId,
    chain.at(-1),
  ]);
}

/** The retries of an execution, the newest first. */
export async function listRetries(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
): Promise<{ id: Buffer; status: ExecutionStatus }[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, status FROM execution WHERE retry_of = ? AND account_id = ? ORDER BY id DESC LIMIT 20',
    [executionId, accountId],
  );
  return rows.map(({ id, status }) => ({ id, status }));
}

/** What of an import can be done again. */
export interface Retryable {
  /** Items that could not be read, and those that it had found and did not get to. */
  items: number;
  /** Recordings, transcripts and analyses that failed; counted up to a thousand each. */
  recordings: number;
  transcripts: number;
  analyses: number;
}

const countedMost = 1_000;

export async function countRetryable(
  connection: Connection,
  accountId: number,
  chain: readonly Buffer[],
): Promise<Retryable> {
  const [items] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM source_item
      WHERE execution_id IN (?) AND account_id = ? AND state IN ('failed', 'ready', 'reading')`,
    [chain, accountId],
  );
  const count = async (table: 'recording' | 'analysis', column: 'state' | 'status'): Promise<number> => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${table} WHERE execution_id IN (?) AND ${column} = 'failed' AND account_id = ?
        LIMIT ?) failed`,
      [chain, accountId, countedMost],
    );
    return rows[0]?.n ?? 0;
  };
  const [transcripts] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM (SELECT 1 FROM failed_transcript t ${itsInteraction}
        WHERE t.execution_id IN (?) AND t.account_id = ? LIMIT ?) failed`,
    [chain, accountId, countedMost],
  );
  const [unscored] = await connection.query<RowDataPacket[]>(
    `SELECT COUNT(*) AS n FROM (SELECT 1 FROM failed_before_scoring WHERE execution_id IN (?) AND account_id = ?
        LIMIT ?) failed`,
    [chain, accountId, countedMost],
  );
  return {
    items: items[0]?.n ?? 0,
    transcripts: transcripts[0]?.n ?? 0,
    recordings: await count('recording', 'state'),
    analyses: (await count('analysis', 'status')) + (unscored[0]?.n ?? 0),
  };
}

/** Whether one of these executions of the account had listed everything. */
export async function hasListed(
  connection: Connection,
  accountId: number,
  executionIds: readonly Buffer[],
): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT 1 FROM execution e WHERE e.account_id = ? AND e.id IN (?) AND EXISTS (${listedAlready} = e.id) LIMIT 1`,
    [accountId, executionIds],
  );
  return rows.length > 0;
}

/** The execution whose report a retry delivers: the first in its chain that has parts; undefined where none has. */
export async function findReportOwner(
  connection: Connection,
  accountId: number,
  chain: readonly Buffer[],
): Promise<Buffer | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT DISTINCT execution_id FROM report_part WHERE execution_id IN (?) AND account_id = ?',
    [chain, accountId],
  );
  const having = new Set(rows.map((row) => row.execution_id.toString('hex')));
  return chain.find((id) => having.has(id.toString('hex')));
}

/**
 * Destinations of the execution that made a report that do not have every part that is theirs; with `asOf`, that did not when
 * that execution was made. `mailTypes`: the connector types that are sent links by mail, so that the mail's files are theirs.
 * `recipientId` stands for whoever had it mailed to himself.
 */
export async function openDestinations(
  connection: Connection,
  accountId: number,
  { reportOf, asOf, mailTypes }: { reportOf: Buffer; asOf?: Buffer; mailTypes: readonly string[] },
): Promise<Set<number>> {
  const before = asOf ? 'AND d.delivered_at <= (SELECT created_at FROM execution WHERE id = ?)' : '';
  const asOfValues = asOf ? [asOf] : [];
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT DISTINCT c.connector_id FROM execution_connector c JOIN connector k ON k.id = c.connector_id
       JOIN report_part r ON r.execution_id = c.execution_id AND r.part_set = IF(k.type IN (?), 'mail', 'file')
        AND (r.part_set = 'mail' OR c.file_format IS NULL OR r.file_format = c.file_format)
       LEFT JOIN delivery d ON d.part_id = r.id AND d.connector_id = c.connector_id AND d.status = 'delivered' ${before}
      WHERE c.execution_id = ? AND c.account_id = ? AND d.part_id IS NULL
     UNION
     SELECT ${recipientId} FROM execution e JOIN report_part r ON r.execution_id = e.id AND r.part_set = 'mail'
       LEFT JOIN delivery d ON d.part_id = r.id AND d.connector_id = ${recipientId} AND d.status = 'delivered' ${before}
      WHERE e.id = ? AND e.account_id = ? AND e.recipient IS NOT NULL AND d.part_id IS NULL`,
    [mailTypes, ...asOfValues, reportOf, accountId, ...asOfValues, reportOf, accountId],
  );
  return new Set(rows.map((row) => row.connector_id));
}
