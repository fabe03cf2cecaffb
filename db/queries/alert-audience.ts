import type { RowDataPacket } from 'mysql2/promise';
import type { AlertSettings, JobAlerts } from '../../shared/alert.ts';
import type { ExecutionStatus } from '../../shared/execution.ts';
import type { Connection } from '../database.ts';

/** Whose alerts they are, and whom the settings name. Secrets in them are sealed. */
export interface Audience {
  accountUid: Buffer;
  accountName: string;
  timezone: string;
  webhooksEnabled: boolean;
  accountAlerts: AlertSettings | undefined;
  job: { uid: Buffer; name: string; alerts: JobAlerts | undefined } | undefined;
}

/** Of an account, and of one of its jobs where there is one. */
export async function findAudience(
  connection: Connection,
  accountId: number,
  jobId: number | undefined,
): Promise<Audience | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT a.uid, a.name, a.timezone, a.webhooks_enabled, a.alerts, j.uid AS job_uid, j.name AS job_name,
        j.alerts AS job_alerts
       FROM account a LEFT JOIN job j ON j.id = ? AND j.account_id = a.id WHERE a.id = ?`,
    [jobId ?? null, accountId],
  );
  const [row] = rows;
  if (!row) return undefined;
  return {
    ...{ accountUid: row.uid, accountName: row.name, timezone: row.timezone },
    webhooksEnabled: row.webhooks_enabled === 1,
    accountAlerts: parsed(row.alerts),
    job: row.job_uid && { uid: row.job_uid, name: row.job_name, alerts: parsed(row.job_alerts) },
  };
}

function parsed<T>(text: string | null): T | undefined {
  return text === null ? undefined : JSON.parse(text);
}

/** The account's settings as they are stored, its webhook's secret sealed; undefined where nobody has set any. */
export async function readAccountAlerts(connection: Connection, accountId: number): Promise<AlertSettings | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT alerts FROM account WHERE id = ?', [accountId]);
  return parsed(rows[0]?.alerts ?? null);
}

export async function writeAccountAlerts(
  connection: Connection,
  accountId: number,
  settings: AlertSettings,
): Promise<void> {
  await connection.query('UPDATE account SET alerts = ? WHERE id = ?', [JSON.stringify(settings), accountId]);
}

/** The execution whose end may be an alert. */
export interface EndedExecution {
  /** Null: nobody's job; whoever asked for it sees how it ended. */
  jobId: number | null;
  jobName: string;
  type: 'data_import' | 'data_export';
  status: ExecutionStatus;
}

/** Undefined where its job was deleted: nobody wants to hear of it any more. */
export async function readEnded(
  connection: Connection,
  accountId: number,
  executionId: Buffer,
): Promise<EndedExecution | undefined> {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT e.job_id, e.job_name, e.type, e.status FROM execution e
       JOIN job j ON j.id = e.job_id AND j.account_id = e.account_id AND j.deleted_at IS NULL
      WHERE e.id = ? AND e.account_id = ?`,
    [executionId, accountId],
  );
  const [row] = rows;
  return row && { jobId: row.job_id, jobName: row.job_name, type: row.type, status: row.status };
}
