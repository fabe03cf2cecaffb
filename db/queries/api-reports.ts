import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { ExecutionStatus } from '../../shared/execution.ts';
import { uuidText } from '../uuid.ts';
import type { Page } from './api-page.ts';

/** An export's report whose parts are written. Times are ISO instants. */
export interface ReportSummary {
  execution_id: string;
  job_name: string;
  status: ExecutionStatus;
  parts: number;
  rows: number;
  bytes: number;
  created_at: string;
  ended_at: string | null;
}

const reports = `execution e WHERE e.account_id = ? AND e.type = 'data_export'
  AND EXISTS (SELECT 1 FROM report_part r WHERE r.execution_id = e.id)`;

const columns = 'e.id, e.job_name, e.status, e.created_at, e.ended_at';

/** A page of the account's reports, newest first, and how many there are. */
export async function listReports(
  pool: Pool,
  accountId: number,
  { offset, limit }: Page,
): Promise<{ rows: ReportSummary[]; total: number }> {
  const [counted] = await pool.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${reports}`, [accountId]);
  const total: number = counted[0]?.n ?? 0;
  if (offset >= total) return { rows: [], total };
  const [rows] = await pool.query<RowDataPacket[]>(
    `SELECT ${columns} FROM ${reports} ORDER BY e.id DESC LIMIT ? OFFSET ?`,
    [accountId, limit, offset],
  );
  return { rows: await withSizes(pool, accountId, rows), total };
}

/** The account's report, or undefined. */
export async function findReport(
  pool: Pool,
  accountId: number,
  executionId: Buffer,
): Promise<ReportSummary | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(`SELECT ${columns} FROM ${reports} AND e.id = ?`, [
    accountId,
    executionId,
  ]);
  return (await withSizes(pool, accountId, rows))[0];
}

/** Where whole files were made, the mail's are left out; of several formats the rows count once. */
async function withSizes(pool: Pool, accountId: number, executions: RowDataPacket[]): Promise<ReportSummary[]> {
  if (executions.length === 0) return [];
  const [sizes] = await pool.query<RowDataPacket[]>(
    `SELECT execution_id, COUNT(*) AS parts,
        CAST(SUM(IF(file_format <=> (SELECT f.file_format FROM report_part f WHERE f.execution_id = p.execution_id
          ORDER BY f.part_set, f.part LIMIT 1), row_count, 0)) AS DOUBLE) AS row_total,
        CAST(SUM(byte_size) AS DOUBLE) AS byte_total
       FROM report_part p WHERE execution_id IN (?) AND account_id = ?
        AND part_set = (SELECT MIN(s.part_set) FROM report_part s WHERE s.execution_id = p.execution_id)
      GROUP BY execution_id`,
    [executions.map(({ id }) => id), accountId],
  );
  return executions.map((row) =>
    summaryOf(
      row,
      sizes.find((size) => size.execution_id.equals(row.id)),
    ),
  );
}

function summaryOf(row: RowDataPacket, size: RowDataPacket | undefined): ReportSummary {
  return {
    execution_id: uuidText(row.id),
    job_name: row.job_name,
    status: row.status,
    parts: size?.parts ?? 0,
    rows: size?.row_total ?? 0,
    bytes: size?.byte_total ?? 0,
    created_at: row.created_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}
