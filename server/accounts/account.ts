import type { RowDataPacket } from 'mysql2/promise';
import { parseUuid, uuidText } from '../../db/uuid.ts';
import { AppError } from '../../shared/error.ts';
import type { Services } from '../services.ts';

export interface Account {
  id: number;
  uid: string;
  name: string;
  timezone: string;
  consoleEnabled: boolean;
  frameOrigins: string[];
  emailDomains: string[];
  /** What the account may do over the API; null where the contract's default holds, for caps: where there is none. */
  limits: AccountLimits;
  webhooksEnabled: boolean;
  /** Buckets that s3:// links may name under the installation's own credentials. */
  s3Buckets: string[];
}

export interface AccountLimits {
  ingestPerMinute: number | null;
  readPerMinute: number | null;
  dailyCap: number | null;
  weeklyCap: number | null;
  monthlyCap: number | null;
}

const columns = `id, uid, name, timezone, console_enabled, frame_origins, email_domains,
  ingest_per_minute, read_per_minute, daily_cap, weekly_cap, monthly_cap, webhooks_enabled, s3_buckets`;

/** Throws `not_found` for an id that is no account's. */
export async function getAccount({ database }: Pick<Services, 'database'>, uid: string): Promise<Account> {
  const [rows] = await database.pool.query<RowDataPacket[]>(`SELECT ${columns} FROM account WHERE uid = ?`, [
    parseUuid(uid) ?? null,
  ]);
  if (!rows[0]) throw noAccount(uid);
  return view(rows[0]);
}

export async function getAccountById({ database }: Pick<Services, 'database'>, id: number): Promise<Account> {
  const [rows] = await database.pool.query<RowDataPacket[]>(`SELECT ${columns} FROM account WHERE id = ?`, [id]);
  if (!rows[0]) throw new AppError('not_found', 'This account is no longer there.');
  return view(rows[0]);
}

/** Those of the accounts that are there, in one query for many callers. */
export async function getAccountsById(
  { database }: Pick<Services, 'database'>,
  ids: readonly number[],
): Promise<Account[]> {
  const [rows] = await database.pool.query<RowDataPacket[]>(`SELECT ${columns} FROM account WHERE id IN (?)`, [ids]);
  return rows.map(view);
}

export function noAccount(uid: string): AppError {
  return new AppError('not_found', `There is no account ${uid}. "cqa account create" makes one and prints its id.`);
}

function view(row: RowDataPacket): Account {
  return {
    id: row.id,
    uid: uuidText(row.uid),
    name: row.name,
    timezone: row.timezone,
    consoleEnabled: row.console_enabled === 1,
    frameOrigins: JSON.parse(row.frame_origins),
    emailDomains: JSON.parse(row.email_domains),
    limits: {
      ingestPerMinute: row.ingest_per_minute,
      readPerMinute: row.read_per_minute,
      dailyCap: row.daily_cap,
      weeklyCap: row.weekly_cap,
      monthlyCap: row.monthly_cap,
    },
    webhooksEnabled: row.webhooks_enabled === 1,
    s3Buckets: JSON.parse(row.s3_buckets ?? '[]'),
  };
}
