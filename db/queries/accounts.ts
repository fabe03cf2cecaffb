import type { PoolConnection, RowDataPacket } from 'mysql2/promise';
import type { Connection } from '../database.ts';

/** Columns of an account that its settings are kept in; those that are undefined stay as they are. */
export interface AccountColumns {
  name: string | undefined;
  timezone: string | undefined;
  console_enabled: boolean | undefined;
  frame_origins: string[] | undefined;
  email_domains: string[] | undefined;
  ingest_per_minute: number | null | undefined;
  read_per_minute: number | null | undefined;
  daily_cap: number | null | undefined;
  weekly_cap: number | null | undefined;
  monthly_cap: number | null | undefined;
  webhooks_enabled: boolean | undefined;
  s3_buckets: string[] | undefined;
}

export async function updateAccount(connection: PoolConnection, id: number, columns: AccountColumns): Promise<void> {
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  const values = given.map(([name, value]) => [name, Array.isArray(value) ? JSON.stringify(value) : value]);
  await connection.query('UPDATE account SET ? WHERE id = ?', [Object.fromEntries(values), id]);
}

/** The domains whose mailboxes are the account's own. */
export async function readMailDomains(connection: Connection, id: number): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>('SELECT email_domains FROM account WHERE id = ?', [id]);
  return JSON.parse(rows[0]?.email_domains ?? '[]');
}

export async function writeMailDomains(connection: PoolConnection, id: number, domains: string[]): Promise<void> {
  await connection.query('UPDATE account SET email_domains = ? WHERE id = ?', [JSON.stringify(domains), id]);
}
