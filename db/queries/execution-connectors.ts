import type { RowDataPacket } from 'mysql2/promise';
import type { FileFormat } from '../../shared/report.ts';
import type { Connection } from '../database.ts';
import type { JobConnector } from './jobs.ts';

/**
 * Enters the connectors of a new execution: those that its job has at this moment. In the transaction that makes the
 * execution.
 */
export async function addExecutionConnectors(connection: Connection, executionId: Buffer): Promise<void> {
  await connection.query(
    `INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status)
     SELECT e.account_id, c.id, e.id, e.job_id, e.status
       FROM execution e JOIN job_connector jc ON jc.job_id = e.job_id
       JOIN connector c ON c.id = jc.connector_id AND c.account_id = e.account_id
      WHERE e.id = ?`,
    [executionId],
  );
}

interface Chosen {
  accountId: number;
  id: Buffer;
  connectorIds: readonly number[];
}

/** Enters the destinations that somebody chose for an execution without a job, in the transaction that makes it. */
export async function addChosenConnectors(
  connection: Connection,
  { accountId, id, connectorIds }: Chosen,
): Promise<void> {
  if (connectorIds.length === 0) return;
  await connection.query(
    'INSERT INTO execution_connector (account_id, connector_id, execution_id, job_id, status) VALUES ?',
    [connectorIds.map((connectorId) => [accountId, connectorId, id, null, 'pending'])],
  );
}

/** A connector that an execution was made with. */
export interface ChosenConnector extends JobConnector {
  /** Its type. */
  type: string;
  /** Of whole files of an export, once the report is made. */
  format: FileFormat | null;
}

/** The connectors that an execution was made with, deleted ones too; its recipient is not one of them. */
export async function chosenConnectors(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
): Promise<ChosenConnector[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT c.id, c.name, c.type, c.is_enabled, c.deleted_at, x.file_format
       FROM execution_connector x JOIN connector c ON c.id = x.connector_id
      WHERE x.execution_id = ? AND x.account_id = ? AND c.account_id = x.account_id ORDER BY c.id`,
    [executionId, accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    isEnabled: row.is_enabled === 1,
    isDeleted: row.deleted_at !== null,
    type: row.type,
    format: row.file_format,
  }));
}

/**
 * Brings an execution's connector rows to its state, so that a connector's history can be filtered by status in one
 * index. In the transaction that changed the execution's status. When data went to a destination is known to its
 * delivery alone (`noteDelivered`); an import has brought some where a row of it was new or another: sources that are read
 * again tell what is known already, and of what was rejected nothing came.
 */
export async function followExecution(connection: Connection, accountId: number, executionId: Buffer): Promise<void> {
  await connection.query(
    `UPDATE execution_connector c JOIN execution e ON e.id = c.execution_id
        SET c.status = e.status, c.data_at = IF(e.type = 'data_export', c.data_at, IF(e.rows_imported + e.rows_updated > 0, e.ended_at, NULL))
      WHERE c.execution_id = ? AND e.account_id = ?`,
    [executionId, accountId],
  );
}

/** Keeps that this destination has got rows just now. In the transaction that keeps the delivery. */
export async function noteDelivered(
  connection: Connection,
  { accountId, id, connectorId }: { accountId: number; id: Buffer; connectorId: number },
): Promise<void> {
  await connection.query(
    'UPDATE execution_connector SET data_at = NOW(3) WHERE account_id = ? AND execution_id = ? AND connector_id = ?',
    [accountId, id, connectorId],
  );
}

/** Keeps in which format each destination gets the report, by its connector. In the transaction that makes the parts known. */
export async function saveFormats(
  connection: Connection,
  { accountId, id }: { accountId: number; id: Buffer },
  formats: ReadonlyMap<number, FileFormat>,
): Promise<void> {
  for (const [connectorId, format] of formats)
    await connection.query(
      'UPDATE execution_connector SET file_format = ? WHERE account_id = ? AND execution_id = ? AND connector_id = ?',
      [format, accountId, id, connectorId],
    );
}

/** In which format each destination gets the report; of those that get links in a mail nothing. */
export async function keptFormats(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
): Promise<Map<number, FileFormat>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT connector_id, file_format FROM execution_connector
      WHERE account_id = ? AND execution_id = ? AND file_format IS NOT NULL`,
    [accountId, executionId],
  );
  return new Map(rows.map((row) => [row.connector_id, row.file_format]));
}
