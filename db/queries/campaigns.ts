import type { Pool, RowDataPacket } from 'mysql2/promise';
import { isDuplicateKey } from '../database.ts';

export interface StoredCampaign {
  /** 12 bytes. */
  uid: Buffer;
  name: string;
  createdBy: string;
  createdAt: Date;
}

/** False: the account has one of that name. */
export async function insertCampaign(
  pool: Pool,
  accountId: number,
  { uid, name, createdBy }: Omit<StoredCampaign, 'createdAt'>,
): Promise<boolean> {
  try {
    await pool.query('INSERT INTO campaign (account_id, uid, name, created_by) VALUES (?, ?, ?, ?)', [
      accountId,
      uid,
      name,
      createdBy,
    ]);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** In order of name. */
export async function selectCampaigns(pool: Pool, accountId: number): Promise<StoredCampaign[]> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT uid, name, created_by, created_at FROM campaign WHERE account_id = ? ORDER BY name, id',
    [accountId],
  );
  return rows.map(stored);
}

export async function selectCampaign(pool: Pool, accountId: number, uid: Buffer): Promise<StoredCampaign | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT uid, name, created_by, created_at FROM campaign WHERE account_id = ? AND uid = ?',
    [accountId, uid],
  );
  return rows[0] && stored(rows[0]);
}

export async function selectCampaignByName(
  pool: Pool,
  accountId: number,
  name: string,
): Promise<StoredCampaign | undefined> {
  const [rows] = await pool.query<RowDataPacket[]>(
    'SELECT uid, name, created_by, created_at FROM campaign WHERE account_id = ? AND name = ?',
    [accountId, name],
  );
  return rows[0] && stored(rows[0]);
}

function stored(row: RowDataPacket): StoredCampaign {
  return { uid: row.uid, name: row.name, createdBy: row.created_by, createdAt: row.created_at };
}
