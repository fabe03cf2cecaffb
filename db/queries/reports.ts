import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';

/** What a report's file name and dates follow from. */
export interface ReportHeading {
  jobName: string;
  createdAt: Date;
  timezone: string;
}

export async function findReportHeading(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
): Promise<ReportHeading | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT e.job_name, e.created_at, a.timezone FROM execution e JOIN account a ON a.id = e.account_id WHERE e.id = ? AND e.account_id = ?',
    [executionId, accountId],
  );
  const row = rows[0];
  return row && { jobName: row.job_name, createdAt: row.created_at, timezone: row.timezone };
}

export interface NewPart {
  part: number;
  fileName: string;
  storageKey: string;
  rowCount: number;
  byteSize: number;
  /** Hex. */
  sha256: string;
}

export interface ReportPart extends NewPart {
  id: number;
}

/** A report's parts in order; none until all of them are written. */
export async function listParts(pool: Pool, accountId: number, executionId: Buffer): Promise<ReportPart[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, part, file_name, storage_key, row_count, byte_size, HEX(sha256) AS sha256 FROM report_part WHERE execution_id = ? AND account_id = ? ORDER BY part',
    [executionId, accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    part: row.part,
    fileName: row.file_name,
    storageKey: row.storage_key,
    rowCount: row.row_count,
    byteSize: row.byte_size,
    sha256: row.sha256.toLowerCase(),
  }));
}

export async function insertParts(
  connection: PoolConnection,
  accountId: number,
  executionId: Buffer,
  parts: NewPart[],
): Promise<void> {
  const values = parts.map(({ part, fileName, storageKey, rowCount, byteSize, sha256 }) => [
    accountId,
    executionId,
    part,
    fileName,
    storageKey,
    rowCount,
    byteSize,
    Buffer.from(sha256, 'hex'),
  ]);
  await connection.query(
    'INSERT INTO report_part (account_id, execution_id, part, file_name, storage_key, row_count, byte_size, sha256) VALUES ?',
    [values],
  );
}

/** How one part fared at one destination. */
export type DeliveryResult = { location: string; byteSize: number } | { failure: Failure; attempts: number };

export async function saveDelivery(
  pool: Pool,
  accountId: number,
  { partId, connectorId }: { partId: number; connectorId: number },
  result: DeliveryResult,
): Promise<void> {
  const row =
    'failure' in result
      ? { status: 'failed', receipt: null, error: JSON.stringify({ ...result.failure, attempts: result.attempts }) }
      : { status: 'delivered', receipt: JSON.stringify(result), error: null };
  const values = [row.status, row.receipt, row.error, row.status];
  await pool.query(
    `INSERT INTO delivery (part_id, connector_id, account_id, status, receipt, error, delivered_at)
       VALUES (?, ?, ?, ?, ?, ?, IF(? = 'delivered', NOW(3), NULL))
     ON DUPLICATE KEY UPDATE status = ?, receipt = ?, error = ?, delivered_at = IF(? = 'delivered', NOW(3), NULL)`,
    [partId, connectorId, accountId, ...values, ...values],
  );
}

export interface Delivery {
  partId: number;
  connectorId: number;
  /** The destination's name, also after its connector was deleted. */
  connectorName: string;
  status: 'delivered' | 'failed';
  location: string | undefined;
  error: (Failure & { attempts: number }) | undefined;
  deliveredAt: Date | null;
}

/** Every delivery of an execution's parts, tried so far. */
export async function listDeliveries(pool: Pool, accountId: number, executionId: Buffer): Promise<Delivery[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT d.part_id, d.connector_id, c.name, d.status, d.receipt, d.error, d.delivered_at
       FROM report_part r JOIN delivery d ON d.part_id = r.id JOIN connector c ON c.id = d.connector_id
      WHERE r.execution_id = ? AND r.account_id = ? ORDER BY r.part, d.connector_id`,
    [executionId, accountId],
  );
  return rows.map((row) => ({
    partId: row.part_id,
    connectorId: row.connector_id,
    connectorName: row.name,
    status: row.status,
    location: row.receipt ? JSON.parse(row.receipt).location : undefined,
    error: row.error ? JSON.parse(row.error) : undefined,
    deliveredAt: row.delivered_at,
  }));
}

/** The profile of that name, or undefined. */
export async function findProfileId(pool: Pool, accountId: number, name: string): Promise<number | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id FROM quality_profile WHERE account_id = ? AND live_name = ?',
    [accountId, name],
  );
  return rows[0]?.id;
}
