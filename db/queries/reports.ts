import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Failure } from '../../shared/error.ts';
import type { FileFormat } from '../../shared/report.ts';
import type { Connection } from '../database.ts';
import { copied } from './report-copies.ts';

/** What a report's file name and dates follow from. */
export interface ReportHeading {
  jobName: string;
  accountName: string;
  createdAt: Date;
  timezone: string;
}

export async function findReportHeading(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
): Promise<ReportHeading | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT e.job_name, e.created_at, a.name, a.timezone FROM execution e JOIN account a ON a.id = e.account_id WHERE e.id = ? AND e.account_id = ?',
    [executionId, accountId],
  );
  const row = rows[0];
  return row && { jobName: row.job_name, accountName: row.name, createdAt: row.created_at, timezone: row.timezone };
}

/** A report's rows as whole files, one for each format, and once more in files that are short enough for the links of a mail. */
export type PartSet = 'file' | 'mail';

export interface NewPart {
  /** Absent: `file`. */
  set?: PartSet;
  /** Null: of a report that was made when reports had one format. */
  format?: FileFormat | null;
  /** From 1 on in each set. */
  part: number;
  fileName: string;
  storageKey: string;
  rowCount: number;
  byteSize: number;
  /** Hex. */
  sha256: string;
}

export interface ReportPart extends NewPart {
  set: PartSet;
  format: FileFormat | null;
  id: number;
  createdAt: Date;
}

/** A report's parts in order, those of whole files first; none until all of them are written. */
export async function listParts(pool: Pool, accountId: number, executionId: Buffer): Promise<ReportPart[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id, part_set, file_format, part, file_name, storage_key, row_count, byte_size, HEX(sha256) AS sha256, created_at FROM report_part WHERE execution_id = ? AND account_id = ? ORDER BY part_set, part',
    [executionId, accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    set: row.part_set,
    format: row.file_format,
    part: row.part,
    fileName: row.file_name,
    storageKey: row.storage_key,
    rowCount: row.row_count,
    byteSize: row.byte_size,
    sha256: row.sha256.toLowerCase(),
    createdAt: row.created_at,
  }));
}

/** The whole files, or the mail's where it has gone by mail alone. */
export function mainParts<Part extends { set: PartSet }>(parts: readonly Part[]): Part[] {
  const whole = parts.filter(({ set }) => set === 'file');
  return whole.length > 0 ? whole : [...parts];
}

/** Each row of the report once: its whole files of one format, or the mail's where it has gone by mail alone. */
export function reportedParts<Part extends { set: PartSet; format?: FileFormat | null }>(
  parts: readonly Part[],
): Part[] {
  const main = mainParts(parts);
  return main.filter(({ format }) => format === main[0]?.format);
}

export async function insertParts(
  connection: PoolConnection,
  accountId: number,
  executionId: Buffer,
  parts: NewPart[],
): Promise<void> {
  const values = parts.map(({ set = 'file', format, part, fileName, storageKey, rowCount, byteSize, sha256 }) => [
    ...[accountId, executionId, set, format ?? null, part],
    ...[fileName, storageKey, rowCount, byteSize, Buffer.from(sha256, 'hex')],
  ]);
  for (let from = 0; from < values.length; from += rowsAtOnce)
    await connection.query(
      'INSERT INTO report_part (account_id, execution_id, part_set, file_format, part, file_name, storage_key, row_count, byte_size, sha256) VALUES ?',
      [values.slice(from, from + rowsAtOnce)],
    );
}

/** Stands in the place of a connector for whoever had the report mailed to his own address. */
export const recipientId = 0;

/** How one part fared at one destination. Of a mail also until when its links are good (an ISO instant). */
export type DeliveryResult =
  | { location: string; byteSize: number; linksUntil?: string }
  | { failure: Failure; attempts: number };

/** A statement must fit into a packet of the database. */
const rowsAtOnce = 5_000;

/** Parts on their way to one destination. */
export interface DeliveryPlace {
  partIds: readonly number[];
  connectorId: number;
}

/** Keeps how these parts fared at one destination, of all of them at once. */
export async function saveDelivery(
  connection: Connection,
  accountId: number,
  { partIds, connectorId }: DeliveryPlace,
  result: DeliveryResult,
): Promise<void> {
  for (let from = 0; from < partIds.length; from += rowsAtOnce)
    await saveRows(connection, accountId, { partIds: partIds.slice(from, from + rowsAtOnce), connectorId }, result);
}

async function saveRows(
  connection: Connection,
  accountId: number,
  { partIds, connectorId }: DeliveryPlace,
  result: DeliveryResult,
): Promise<void> {
  const columns = outcomeOf(result);
  const deliveredAt = 'failure' in result ? 'NULL' : 'NOW(3)';
  await connection.query(
    `INSERT INTO delivery (part_id, connector_id, account_id, status, receipt, error, delivered_at)
       VALUES ${partIds.map(() => `(?, ?, ?, ?, ?, ?, ${deliveredAt})`).join(', ')}
     ON DUPLICATE KEY UPDATE status = ?, receipt = ?, error = ?, delivered_at = ${deliveredAt}`,
    [...partIds.flatMap((id) => [id, connectorId, accountId, ...columns]), ...columns],
  );
}

/** Its status, receipt and error. */
function outcomeOf(result: DeliveryResult): (string | null)[] {
  if ('failure' in result) return ['failed', null, JSON.stringify({ ...result.failure, attempts: result.attempts })];
  const { location, byteSize, linksUntil } = result;
  return ['delivered', JSON.stringify({ location, byteSize, linksUntil }), null];
}

export interface Delivery {
  partId: number;
  connectorId: number;
  /** The destination's name, also after its connector was deleted; the address of whoever had it mailed to himself. */
  connectorName: string;
  status: 'delivered' | 'failed';
  location: string | undefined;
  /** Of a mail. */
  linksUntil: Date | undefined;
  error: (Failure & { attempts: number }) | undefined;
  deliveredAt: Date | null;
}

/** Every delivery of an execution's parts, tried so far: not those of which there are only copies yet. */
export async function listDeliveries(pool: Pool, accountId: number, executionId: Buffer): Promise<Delivery[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT d.part_id, d.connector_id, COALESCE(c.name, e.recipient, '') AS name, d.status, d.receipt, d.error, d.delivered_at
       FROM report_part r JOIN delivery d ON d.part_id = r.id JOIN execution e ON e.id = r.execution_id
       LEFT JOIN connector c ON c.id = d.connector_id
      WHERE r.execution_id = ? AND r.account_id = ? AND d.status <> '${copied}' ORDER BY r.part_set, r.part, d.connector_id`,
    [executionId, accountId],
  );
  return rows.map(deliveryOf);
}

function deliveryOf(row: RowDataPacket): Delivery {
  const receipt = row.receipt ? (JSON.parse(row.receipt) as { location: string; linksUntil?: string }) : undefined;
  return {
    partId: row.part_id,
    connectorId: row.connector_id,
    connectorName: row.name,
    status: row.status,
    location: receipt?.location,
    linksUntil: receipt?.linksUntil === undefined ? undefined : new Date(receipt.linksUntil),
    error: row.error ? JSON.parse(row.error) : undefined,
    deliveredAt: row.delivered_at,
  };
}

/** The profile of that name, or undefined. */
export async function findProfileId(pool: Pool, accountId: number, name: string): Promise<number | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT id FROM quality_profile WHERE account_id = ? AND live_name = ?',
    [accountId, name],
  );
  return rows[0]?.id;
}
